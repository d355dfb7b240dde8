import { describe, expect, it } from 'vitest'

import { goesOn, nextAsking } from './next-asking'

const now = Date.parse('2026-12-01T10:00:00Z')

describe('the code that a phone scans', () => {
  it('is renewed shortly before it ends', () => {
    expect(nextAsking('2026-12-01T10:00:20Z', now)).toBe(19_500)
  })

  it('is asked for again soon where there is none, or it ended', () => {
    expect(nextAsking(undefined, now)).toBe(1_500)
    expect(nextAsking('2026-12-01T09:59:00Z', now)).toBe(1_500)
  })
})

describe('a number that is being connected', () => {
  it('is at its end where only a person brings it on', () => {
    expect(['connecting', 'scan_qr', 'enter_code', 'pairing', 'degraded'].filter((link) => !goesOn(link))).toEqual([])
    const ends = ['stopped', 'logged_out', 'replaced', 'banned', 'outdated', 'passkey_required', 'wrong_number', null]
    expect(ends.filter(goesOn)).toEqual([])
  })
})
