import { expect, it } from 'vitest'

import { filterOf } from './filter'
import { validateSearch } from './search'

const NOW = new Date('2026-12-03T10:42:07Z')

it('says only what is asked', () => {
  expect(filterOf({}, 'EUR', NOW)).toEqual({})
  expect(filterOf({ state: 'confirmed', from: '2026-12-01' }, 'EUR', NOW)).toEqual({ state: 'confirmed', stay_from: '2026-12-01' })
})

it('gives prices their currency, and in its minor units', () => {
  expect(filterOf({ priceFrom: 100, priceTo: 250.5 }, 'EUR', NOW)).toEqual({ currency: 'EUR', price_from: 10_000, price_to: 25_050 })
  expect(filterOf({ priceFrom: 100, currency: 'JPY' }, 'EUR', NOW)).toEqual({ currency: 'JPY', price_from: 100 })
})

it('counts ages from the hour that has begun', () => {
  expect(filterOf({ age: 7 }, 'EUR', NOW)).toEqual({ created_from: '2026-11-26T10:00:00.000Z' })
})

it('takes no nonsense from an address', () => {
  const given = { state: 'flying', from: 'soon', priceFrom: -4, age: 3, money: 'much', overbooked: 'yes', q: '' }
  expect(Object.values(validateSearch(given)).every((each) => each === undefined)).toBe(true)
})
