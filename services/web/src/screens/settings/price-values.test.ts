import { expect, it } from 'vitest'

import type { PriceList } from '@/api'

import { fieldOf, listOf, valuesOf } from './price-values'

it('puts the list as it was read, and as it was written', () => {
  const list: PriceList = { prices: [{ channel: 'sms', mode: 'by_hand', credits: 2 }], low_balance: 50, version: 3 }
  const values = valuesOf(list)
  expect(listOf(values)).toEqual({ prices: [{ channel: 'sms', mode: 'by_hand', prefix: '', credits: 2 }], low_balance: 50 })
  values.prices.push({ channel: 'email', mode: 'automatic', prefix: ' +351 ', credits: '7' })
  expect(listOf({ ...values, low: '' })).toMatchObject({ prices: [{}, { prefix: '+351', credits: 7 }], low_balance: 0 })
})

it('knows the field that is wrong', () => {
  expect(['prices[1].prefix', 'low_balance'].map(fieldOf)).toEqual(['prices.1.prefix', 'low'])
})
