// Groups as the screens keep them; the live stream says when one is another (live/topics.ts).

import { queryOptions } from '@tanstack/react-query'

import { api } from '@/api'

export function groupQuery(id: string | null | undefined) {
  return queryOptions({
    queryKey: ['groups', 'one', id],
    queryFn: ({ signal }) => api.get('/whatsapp/groups/{id}', { path: { id: id ?? '' }, signal }),
    enabled: typeof id === 'string',
  })
}

/** The groups of a trip, the latest first. */
export function groupsOfQuery(itineraryId: string) {
  return queryOptions({
    queryKey: ['groups', 'of', itineraryId],
    queryFn: async ({ signal }) => {
      const page = await api.get('/whatsapp/groups', { query: { itinerary_id: itineraryId, limit: 50 }, signal })
      return page.groups
    },
  })
}

/** Groups that have no conversation yet: the network was asked, and has not answered. */
export const underWayQuery = queryOptions({
  queryKey: ['groups', 'under-way'],
  queryFn: async ({ signal }) => {
    const page = await api.get('/whatsapp/groups', { query: { state: 'making', limit: 10 }, signal })
    return page.groups
  },
})
