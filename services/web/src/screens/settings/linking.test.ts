import { describe, expect, it } from 'vitest'

import { nextAsking } from './next-asking'

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
