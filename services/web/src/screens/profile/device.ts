// What a session's browser is called, in the reader's words: the API says `Firefox on Linux`
// (accounts/domain/devices.py).

import { t } from '@/texts'

const UNKNOWN = 'Unknown device'
const PHONES = /iPhone|iPad|Android/

export function deviceName(device: string): string {
  if (device === UNKNOWN) return t('profile.sessions.unknown')
  const [browser, system] = device.split(' on ')
  return browser !== undefined && system !== undefined ? t('profile.sessions.device', { browser, system }) : device
}

export function isPhone(device: string): boolean {
  return PHONES.test(device)
}
