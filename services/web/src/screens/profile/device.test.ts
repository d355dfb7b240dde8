import { describe, expect, it } from 'vitest'

import { show } from '@/texts'
import es from '@/texts/es'

import { deviceName, isPhone } from './device'

describe('a device', () => {
  it('is called as the reader would', () => {
    show('es', es)
    expect(deviceName('Samsung Internet on Android')).toBe('Samsung Internet en Android')
    expect(deviceName('curl')).toBe('curl')
    expect(deviceName('Unknown device')).toBe('Dispositivo desconocido')
  })

  it('is a phone, or stands on a desk', () => {
    expect(isPhone('Safari on iPhone')).toBe(true)
    expect(isPhone('Safari on macOS')).toBe(false)
  })
})
