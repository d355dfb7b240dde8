// The phones and mailboxes of the demo's world, as one list.

import type { Channel, SandboxHandset, SandboxMailbox, SandboxPhone } from '@/api'

/** A chat app on a phone, the texts of a phone, or a mailbox. */
export interface Device {
  /** As `whatsapp:+351912000001`. */
  key: string
  channel: Channel
  address: string
  name: string
  unread: number
  total: number
  standing: Standing
}

/** What becomes of what is sent there: it arrives, waits until the phone is on, or comes back. */
export type Standing = 'open' | 'off' | 'full' | 'gone'

/** Every device, those of one person together. A phone that never had a text can still write one. */
export function devicesOf(
  handsets: readonly SandboxHandset[],
  phones: readonly SandboxPhone[],
  mailboxes: readonly SandboxMailbox[],
): Device[] {
  // WhatsApp has numbers without their plus.
  const names = new Map(handsets.map(({ address, name }) => [address.replace(/^\+?(?=\d+$)/, '+'), name]))
  const texts = new Map(phones.map((each) => [each.number, each]))
  const numbers = new Set([...texts.keys(), ...[...names.keys()].filter((each) => /^\+\d+$/.test(each))])
  const found: Device[] = [
    ...handsets.map(({ address, name, unread, total, on }) => made('whatsapp', address, name, unread, total, on ? 'open' : 'off')),
    ...[...numbers].map((number) => {
      const { unread = 0, total = 0 } = texts.get(number) ?? {}
      return made('sms', number, names.get(number) ?? '', unread, total)
    }),
    ...mailboxes.map(({ address, name, unread, total, state }) => made('email', address, name, unread, total, state)),
  ]
  return found.sort((a, b) => (a.name || a.address).localeCompare(b.name || b.address) || a.key.localeCompare(b.key))
}

function made(channel: Channel, address: string, name: string, unread: number, total: number, standing: Standing = 'open'): Device {
  return { key: `${channel}:${address}`, channel, address, name, unread, total, standing }
}

/** Those that somebody looks for: by any part of a name, an address, or a number without its spaces. */
export function matching(devices: readonly Device[], words: string, channel: Channel | 'all'): Device[] {
  const wanted = words.trim().toLowerCase()
  const bare = wanted.replace(/[\s()-]/g, '')
  return devices.filter(
    (each) =>
      (channel === 'all' || each.channel === channel) &&
      // An address has its hyphens; a number has none, however it is written.
      [each.name, each.address].some((one) => one.toLowerCase().includes(wanted) || one.includes(bare)),
  )
}

/** What to show first: of each channel the device that has most. A chat and a mailbox stand there always. */
export function fullest(devices: readonly Device[]): string[] {
  const kinds: Channel[] = ['whatsapp', 'email', 'sms']
  return kinds.flatMap((channel) => {
    const ours = devices.filter((each) => each.channel === channel && (channel !== 'sms' || each.total > 0))
    const [first, ...others] = ours
    if (first === undefined) return []
    return others.reduce((most, each) => (each.total > most.total ? each : most), first).key
  })
}

/** The address and channel of a key. */
export function ofKey(key: string): { channel: Channel; address: string } | undefined {
  const [, channel, address] = /^(email|sms|whatsapp):(.+)$/.exec(key) ?? []
  return channel === undefined || address === undefined ? undefined : { channel: channel as Channel, address }
}

/** What somebody is called: by name, else by address. */
export function nameOf({ name = '', address }: { name?: string; address: string }): string {
  return name || address
}
