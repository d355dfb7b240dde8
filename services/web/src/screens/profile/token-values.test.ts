import { describe, expect, it } from 'vitest'

import { bodyOf, isOver, NEW } from './token-values'

const now = new Date('2026-12-01T10:00:00Z')

describe('a new token', () => {
  it('may do what was chosen, until its days are over', () => {
    expect(bodyOf({ ...NEW, name: ' Reports ', scopes: ['edit', 'read'], expires_at: '30' }, now)).toEqual({
      name: 'Reports',
      scopes: ['read', 'edit'],
      expires_at: '2026-12-31T10:00:00.000Z',
    })
  })

  it('may do all that its user may, for ever, where that was chosen', () => {
    const body = bodyOf({ ...NEW, name: 'Reports', limited: 'no', expires_at: 'never' }, now)
    expect(body).toEqual({ name: 'Reports', scopes: null, expires_at: null })
  })
})

describe('a token', () => {
  it('is over from the moment of its end', () => {
    expect(isOver({ expires_at: '2026-12-01T10:00:00Z' }, now)).toBe(true)
    expect(isOver({ expires_at: '2026-12-01T10:00:01Z' }, now)).toBe(false)
    expect(isOver({ expires_at: null }, now)).toBe(false)
  })
})
