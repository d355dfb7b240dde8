// The messages of a trip or of a person, the newest first.

import { infiniteQueryOptions } from '@tanstack/react-query'

import { api, type MessageView } from '@/api'
import { dateIn } from '@/time'

import type { Filters } from './filters'

/** Whose timeline it is. */
export type Source = { itineraryId: string } | { contactId: string }

const PAGE = 50

export function timelineQuery(source: Source, { side, person, channel, trip }: Filters) {
  return infiniteQueryOptions({
    queryKey: ['messages', 'timeline', source, { side, person, channel, trip }],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => {
      const query = { channel, cursor, limit: PAGE }
      return 'itineraryId' in source
        ? api.get('/itineraries/{itinerary_id}/timeline', {
            path: { itinerary_id: source.itineraryId },
            query: { ...query, contact_kind: side, contact_id: person },
            signal,
          })
        : api.get('/contacts/{contact_id}/timeline', {
            path: { contact_id: source.contactId },
            query: { ...query, itinerary_id: trip },
            signal,
          })
    },
    getNextPageParam: (page) => page.cursor ?? undefined,
  })
}

export type Row = { day: string; at: string } | { message: MessageView }

/** Messages with the days between them, as the reader's clock has them. */
export function withDays(messages: readonly MessageView[], zone: string): Row[] {
  const rows: Row[] = []
  let day = ''
  for (const message of messages) {
    const its = dateIn(message.at, zone)
    if (its !== day) rows.push({ day: its, at: message.at })
    day = its
    rows.push({ message })
  }
  return rows
}

export function keyOf(row: Row): string {
  return 'day' in row ? row.day : row.message.id
}

// What needs a person goes before what went well; of the rest the least counts.
const WORST = ['failed', 'uncertain', 'queued', 'sent', 'delivered', 'read'] as const
export type Status = (typeof WORST)[number]

/** How a message fares with all its recipients together; undefined for one that came in. */
export function statusOf({ deliveries }: Pick<MessageView, 'deliveries'>): Status | undefined {
  return WORST.find((status) => deliveries.some((each) => each.status === status))
}
