import { expect, it } from 'vitest'

import { minorUnits } from './money'

it('makes minor units of what somebody types', () => {
  expect([minorUnits(12.5, 'EUR'), minorUnits(1.005, 'EUR'), minorUnits(1200, 'JPY'), minorUnits(1.5, 'KWD')]).toEqual([
    1250, 100, 1200, 1500,
  ])
})
