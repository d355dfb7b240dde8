// The filters of the log of what was sent: from its address to what the API is asked.

import type { AuthorKind, Channel, DeliveryStatus, StartSentExportBody } from '@/api'
import { momentOf } from '@/time'
import { addDays } from '@/trips/days'

import type { Search } from './search'

export const CHANNELS: readonly Channel[] = ['email', 'whatsapp', 'sms']
export const STATUSES: readonly DeliveryStatus[] = ['queued', 'sent', 'delivered', 'read', 'failed', 'uncertain']
/** What else than one of the team writes. */
export const MACHINES = ['rule', 'assistant', 'system'] as const satisfies readonly AuthorKind[]

export type SentQuery = { [K in keyof StartSentExportBody]?: NonNullable<StartSentExportBody[K]> }

/** Days are those of the reader, both included. */
export function sentQuery(search: Search): SentQuery {
  const channel = CHANNELS.find((each) => each === search.channel)
  const status = STATUSES.find((each) => each === search.status)
  const machine = MACHINES.find((each) => each === search.author)
  const start = (day: string) => momentOf(`${day}T00:00`).toISOString()
  return {
    ...(channel && { channel }),
    ...(status && { status }),
    ...(search.connection && { connection_id: search.connection }),
    ...(machine ? { author_kind: machine } : search.author && { author_id: search.author }),
    ...(search.contact && { contact_id: search.contact }),
    ...(search.trip && { itinerary_id: search.trip }),
    ...(search.from && { sent_from: start(search.from) }),
    ...(search.to && { sent_before: start(addDays(search.to, 1)) }),
  }
}
