import { queryOptions } from '@tanstack/react-query'

import { api, type CalendarCounts, type Feed, type Portal } from '@/api'
import { t } from '@/texts'

export const KEY = ['feeds']
export const LOOK = 1500 // ms after which one looks again how a fetch ended

export const FEEDS = queryOptions({ queryKey: KEY, queryFn: ({ signal }) => api.get('/feeds', { signal }) })
export const listingsQuery = queryOptions({ queryKey: ['listings'], queryFn: ({ signal }) => api.get('/listings', { signal }) })
export const portalsQuery = queryOptions({ queryKey: ['portals'], queryFn: ({ signal }) => api.get('/portals', { signal }) })

/** What portals are called, each once: two may have one name. */
export function namesOf(portals: readonly Pick<Portal, 'name' | 'archived'>[]): string[] {
  return [...new Set(portals.filter((each) => !each.archived).map(({ name }) => name))]
}

/** Whether it is being fetched, or is at any moment. */
export function isDue({ active, next_at: next }: Pick<Feed, 'active' | 'next_at'>, now = Date.now()): boolean {
  return active && next !== null && Date.parse(next) <= now
}

const COUNTED = ['created', 'updated', 'unchanged', 'cancelled', 'blocks', 'refused'] as const satisfies readonly (keyof CalendarCounts)[]

/** What the last fetch had, but for what it had none of. */
export function countsOf(counts: CalendarCounts): string {
  const found = COUNTED.filter((each) => (counts[each] ?? 0) > 0).map((each) => t(`feeds.counts.${each}`, { count: counts[each] ?? 0 }))
  return found.length > 0 ? found.join(', ') : t('feeds.counts.none')
}
