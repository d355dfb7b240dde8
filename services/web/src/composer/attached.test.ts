import { expect, it } from 'vitest'

import { shownOf } from './attached'

it.each([
  ['image/png', 'picture'],
  ['audio/ogg', 'sound'],
  ['video/mp4', 'film'],
  ['application/pdf', 'paper'],
  ['application/zip', 'nothing'],
])('shows of %s: %s', (content_type, shown) => {
  expect(shownOf({ content_type })).toBe(shown)
})
