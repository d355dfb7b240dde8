import { TRIP_STATES, type TripState } from '@/trips/steps'

/** What the address of this screen keeps behind its `?`. Prices are in whole units of `currency`. */
export interface Search {
  q?: string | undefined
  state?: TripState | undefined
  from?: string | undefined
  to?: string | undefined
  listing?: string | undefined
  currency?: string | undefined
  priceFrom?: number | undefined
  priceTo?: number | undefined
  /** Made in the last so many days. */
  age?: number | undefined
  money?: 'incomplete' | 'overdue' | undefined
  overbooked?: true | undefined
}

export const AGES = [1, 7, 30, 90] as const

export function validateSearch(given: Record<string, unknown>): Search {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  const day = (value: unknown) => (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined)
  const amount = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : undefined)
  return {
    q: text(given.q),
    state: TRIP_STATES.find((each) => each === given.state),
    from: day(given.from),
    to: day(given.to),
    listing: text(given.listing),
    currency: text(given.currency),
    priceFrom: amount(given.priceFrom),
    priceTo: amount(given.priceTo),
    age: AGES.find((each) => each === given.age),
    money: (['incomplete', 'overdue'] as const).find((each) => each === given.money),
    overbooked: given.overbooked === true ? true : undefined,
  }
}
