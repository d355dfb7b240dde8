import type { ContactFilter } from '@/api'

import type { Search } from './search'

/** The filters as the API knows them: for the list, for a message to all on it, and for its export. */
export function filterOf({ q, kind, tag, channel, blocked, trips, companies }: Search): ContactFilter {
  const filter: Record<string, unknown> = {
    q,
    kind,
    tag,
    channel,
    blocked,
    has_trips: trips === undefined ? undefined : trips === 'with',
    is_company: companies,
  }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}
