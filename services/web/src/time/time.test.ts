import { describe, expect, it, vi } from 'vitest'

import { ago, clock, dateIn, day, isSameClock, momentOf, money, plainDay, plainRange, short, whole, zoneName } from '.'

const NOON = '2026-07-03T12:00:00Z'

describe('a moment', () => {
  it('is told in the zone that is asked for', () => {
    expect(clock(NOON, 'Europe/Lisbon')).toBe('13:00')
    expect(clock('2026-07-03T23:05:00Z', 'UTC')).toBe('23:05')
    expect(clock('2026-07-03T23:05:00Z', 'Europe/Lisbon')).toBe('00:05')
  })

  it('belongs to another day elsewhere', () => {
    expect(dateIn('2026-07-03T23:30:00Z', 'UTC')).toBe('2026-07-03')
    expect(dateIn('2026-07-03T23:30:00Z', 'Asia/Tokyo')).toBe('2026-07-04')
  })

  it('is found by what a clock shows', () => {
    const at = (local: string, zone: string) => momentOf(local, zone).toISOString()
    expect(at('2026-12-03 09:00:00', 'Asia/Tokyo')).toBe('2026-12-03T00:00:00.000Z')
    expect(at('2026-07-03 09:00:00', 'America/New_York')).toBe('2026-07-03T13:00:00.000Z')
    // In Lisbon the clock goes from 1 to 2 that night.
    expect(at('2026-03-29 01:30:00', 'Europe/Lisbon')).toBe('2026-03-29T01:30:00.000Z')
    expect(at('2026-03-29 00:30:00', 'Europe/Lisbon')).toBe('2026-03-29T00:30:00.000Z')
    expect(at('2026-03-29 02:30:00', 'Europe/Lisbon')).toBe('2026-03-29T01:30:00.000Z')
  })

  it('names its zone, with the summer in it', () => {
    expect(zoneName(NOON, 'Europe/Lisbon')).toBe('Lisbon (GMT+1)')
    expect(zoneName('2026-01-03T12:00:00Z', 'Europe/Lisbon')).toMatch(/^Lisbon \(GMT(\+0)?\)$/)
    expect(whole(NOON, 'America/New_York')).toContain('08:00 New York (GMT-4)')
  })

  it('is the same on two clocks or is not', () => {
    expect(isSameClock(NOON, 'Europe/Madrid', 'Europe/Paris')).toBe(true)
    expect(isSameClock(NOON, 'Europe/Madrid', 'Europe/Lisbon')).toBe(false)
  })

  it('is a clock today and a day else, with the year where it is another', () => {
    vi.useFakeTimers({ now: new Date('2026-07-03T15:00:00Z') })
    expect(short(NOON, 'UTC')).toBe('12:00')
    expect(short('2026-07-01T12:00:00Z', 'UTC')).toBe('Jul 1')
    expect(day('2026-07-01T12:00:00Z', 'UTC')).toBe('Wed, Jul 1')
    expect(day('2025-07-01T12:00:00Z', 'UTC')).toBe('Tue, Jul 1, 2025')
    vi.useRealTimers()
  })

  it('is some time ago', () => {
    const now = new Date(NOON)
    expect(ago('2026-07-03T11:57:00Z', now)).toBe('3 min. ago')
    expect(ago('2026-07-05T12:00:00Z', now)).toBe('in 2 days')
  })
})

describe('a day without a zone', () => {
  it('is the same day everywhere', () => {
    vi.useFakeTimers({ now: new Date(NOON) })
    expect(plainDay('2026-12-03')).toBe('Thu, Dec 3')
    vi.useRealTimers()
    expect(plainRange('2026-12-03', '2026-12-07')).toMatch(/^Dec 3\s–\s7, 2026$/)
  })
})

describe('money', () => {
  it('has as many decimals as its currency', () => {
    expect(money(123450, 'EUR')).toBe('€1,234.50')
    expect(money(1500, 'JPY')).toBe('¥1,500')
  })
})
