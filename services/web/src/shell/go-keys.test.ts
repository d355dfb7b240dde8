import { expect, it } from 'vitest'

import { goKeys } from './go-keys'

/** Which of the keys, pressed at these moments, follow a `g`. */
function following(...pressed: [string, number][]): string[] {
  const follows = goKeys()
  return pressed.filter(([key, at]) => follows(key, at)).map(([key]) => key)
}

it('lets a letter follow a g in time', () => {
  expect(following(['g', 5000], ['s', 6400])).toEqual(['s'])
  expect(following(['g', 5000], ['s', 6500])).toEqual([])
})

it('takes no key of a young page for the second', () => {
  expect(following(['s', 300])).toEqual([])
})

it('forgets the g at any other key', () => {
  expect(following(['g', 5000], ['s', 5100], ['s', 5200])).toEqual(['s'])
  expect(following(['g', 5000], ['x', 5100], ['s', 5200])).toEqual(['x'])
})
