import { expect, it } from 'vitest'

import { inkOn } from './ink'

it.each([
  ['#000000', '#ffffff'],
  ['#ffffff', '#000000'],
  ['#0f5c6e', '#ffffff'],
  ['#ffd166', '#000000'],
  ['#ff0000', '#000000'],
  ['#0000ff', '#ffffff'],
])('on %s one reads %s', (colour, ink) => {
  expect(inkOn(colour)).toBe(ink)
})
