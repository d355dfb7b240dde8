import { describe, expect, it } from 'vitest'

import type { ProposalContent, Service } from '@/api'

import { itemsOf } from './offering'

const service = (id: string, state = 'planned') => ({ id, details: { state } }) as Service
const content = (prices: Record<string, number | null>) =>
  ({
    lines: Object.entries(prices).map(([service_id, amount]) => ({
      service_id,
      price: amount === null ? null : { amount, currency: 'EUR' },
    })),
  }) as ProposalContent

describe('what another version offers', () => {
  it('is left to the API where nothing has a price of its own', () => {
    expect(itemsOf(undefined, [service('a')])).toEqual([])
    expect(itemsOf(content({ a: null }), [service('a')])).toEqual([])
  })

  it('keeps the prices, takes what is new, and leaves out what is gone or off', () => {
    const services = [service('a'), service('b'), service('c', 'cancelled'), service('d', 'declined')]
    expect(itemsOf(content({ a: 900, c: 100, gone: 5 }), services)).toEqual([
      { service_id: 'a', price: { amount: 900, currency: 'EUR' } },
      { service_id: 'b', price: null },
    ])
  })
})
