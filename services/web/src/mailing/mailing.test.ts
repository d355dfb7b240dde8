import { expect, it } from 'vitest'

import { share } from './mailing'

it('counts the list first, then those who get it', () => {
  const list = { total: 40, ready: 10, left_out: 10, sent: 0 }
  expect(share({ ...list, state: 'preparing' })).toBe(50)
  expect(share({ ...list, ready: 30, state: 'ready' })).toBe(0)
  expect(share({ ...list, state: 'sending', sent: 15 })).toBe(50)
  expect(share({ ...list, state: 'done', sent: 30 })).toBe(100)
})

it('does not divide by nobody', () => {
  expect(share({ state: 'preparing', total: 0, ready: 0, left_out: 0, sent: 0 })).toBe(0)
  expect(share({ state: 'paused', total: 5, ready: 0, left_out: 5, sent: 0 })).toBe(0)
})
