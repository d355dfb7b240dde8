import type { QueryClient, QueryKey } from '@tanstack/react-query'

/**
 * Calls `put` for each query that is being fetched just now, once its answer is there: what an event
 * told may be newer than that.
 */
export function afterFetch(queries: QueryClient, queryKey: QueryKey, put: () => void): void {
  for (const query of queries.getQueryCache().findAll({ queryKey, fetchStatus: 'fetching' })) {
    void query.promise?.then(put, () => undefined)
  }
}
