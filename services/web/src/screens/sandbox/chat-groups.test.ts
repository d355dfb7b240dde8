import { expect, it } from 'vitest'

import { isIn } from './chat-groups'

it('knows which groups a phone is in', () => {
  expect(isIn({ phones: ['351912000001'] }, '351912000001')).toBe(true)
  expect(isIn({ phones: ['351912000001'] }, '351912000002')).toBe(false)
})
