import type { Query } from '@/api'
import { minorUnits } from '@/trips/money'

import type { Search } from './search'

/** The filters as the API knows them, for the list and for a message to all on it. */
export type Filter = Omit<{ [K in keyof Asked]: Exclude<Asked[K], undefined> }, 'cursor' | 'limit'>

type Asked = Query<'/itineraries'>

/** `now` is the moment that ages are counted from; `currency` that of prices where none is chosen. */
export function filterOf(search: Search, currency: string, now: Date): Filter {
  const { q, state, from, to, listing, age, money, overbooked } = search
  const of = search.currency ?? currency
  const priced = search.priceFrom !== undefined || search.priceTo !== undefined
  const minor = (amount: number | undefined) => (amount === undefined ? undefined : minorUnits(amount, of))
  return stated({
    q,
    state,
    stay_from: from,
    stay_to: to,
    listing_id: listing,
    // Prices are of one currency; alone it finds all that are in it.
    currency: priced || search.currency !== undefined ? of : undefined,
    price_from: minor(search.priceFrom),
    price_to: minor(search.priceTo),
    created_from: age === undefined ? undefined : startOf(now, age),
    payment_incomplete: money === 'incomplete' ? true : undefined,
    overdue: money === 'overdue' ? true : undefined,
    overbooked,
  })
}

// To the hour: the list is not fetched anew with each second that passes.
function startOf(now: Date, days: number): string {
  const hour = Math.floor(now.getTime() / 3_600_000) * 3_600_000
  return new Date(hour - days * 86_400_000).toISOString()
}

function stated(values: { [K in keyof Filter]: Filter[K] | undefined }): Filter {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
