// What a list of conversations shows: kept in the address, asked of the API, and looked at again for
// each conversation that changes.

import type { Channel, Conversation, ConversationKind, Query } from '@/api'

export interface Filters {
  channel?: Channel | undefined
  /** With one person, or with a group. */
  kind?: ConversationKind | undefined
  /** One of our addresses or numbers. */
  connection?: string | undefined
  /** What is in no list by itself. */
  view?: 'archived' | 'put_off' | undefined
  who?: 'mine' | 'nobody' | undefined
  /** A colleague who is responsible. */
  assignee?: string | undefined
  /** The trip that it is about. */
  trip?: string | undefined
  state?: 'attentive' | 'answered' | undefined
  unread?: true | undefined
  label?: string | undefined
  q?: string | undefined
  /** Days of the latest message, both included. */
  since?: string | undefined
  until?: string | undefined
}

/** The filters of an address; what it does not know is left out. */
export function readFilters(given: Record<string, unknown>): Filters {
  return {
    channel: oneOf(given.channel, ['email', 'whatsapp', 'sms']),
    kind: oneOf(given.kind, ['person', 'group']),
    connection: text(given.connection),
    view: oneOf(given.view, ['archived', 'put_off']),
    who: oneOf(given.who, ['mine', 'nobody']),
    assignee: text(given.assignee),
    trip: text(given.trip),
    state: oneOf(given.state, ['attentive', 'answered']),
    unread: given.unread === true ? true : undefined,
    label: text(given.label),
    q: text(given.q),
    since: day(given.since),
    until: day(given.until),
  }
}

/** The same as the API is asked. */
export function asQuery(filters: Filters): NonNullable<Query<'/conversations'>> {
  const { channel, kind, connection, view, who, assignee, trip, state, unread, label, q, since, until } = filters
  return {
    ...(channel && { channel }),
    ...(kind && { kind }),
    ...(connection && { connection_id: connection }),
    ...(view === 'archived' && { archived: true }),
    ...(view === 'put_off' && { put_off: true }),
    ...(who && { assignment: who }),
    ...(assignee && { assignee_id: assignee }),
    ...(trip && { itinerary_id: trip }),
    ...(state && { state }),
    ...(unread && { unread_mine: true }),
    ...(label && { label_id: label }),
    ...(q && { q }),
    ...(since && { since }),
    ...(until && { until }),
  }
}

/** How many filters narrow the list beside those that have a place of their own. */
export function narrowing({ kind, connection, assignee, trip, state, label, since, until }: Filters): number {
  return [kind, connection, assignee, trip, state, label, since ?? until].filter((each) => each !== undefined).length
}

/**
 * Whether a conversation belongs in the list; undefined where only the API can say. One that was
 * unread when the list was made stays until the list is made anew: nothing runs away while one reads.
 */
export function fits(conversation: Conversation, filters: Filters, me: string): boolean | undefined {
  if (filters.q !== undefined || filters.since !== undefined || filters.until !== undefined) return undefined
  const { channel, kind, connection, view, who, assignee, trip, state, label } = filters
  const belongs =
    !conversation.merged_into_id &&
    (channel === undefined || conversation.channel === channel) &&
    (kind === undefined || (conversation.kind ?? 'person') === kind) &&
    (connection === undefined || conversation.connection_id === connection) &&
    conversation.archived === (view === 'archived') &&
    Boolean(conversation.follow_up) === (view === 'put_off') &&
    (who === undefined || (conversation.assignee_id ?? null) === (who === 'mine' ? me : null)) &&
    (assignee === undefined || conversation.assignee_id === assignee) &&
    (trip === undefined || conversation.itinerary_ids.includes(trip)) &&
    (state === undefined || conversation.state === state) &&
    (label === undefined || (conversation.label_ids ?? []).includes(label))
  return belongs && filters.unread && !conversation.unread_mine ? undefined : belongs
}

function text(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? given : undefined
}

function oneOf<T extends string>(given: unknown, known: readonly T[]): T | undefined {
  return known.find((each) => each === given)
}

function day(given: unknown): string | undefined {
  return typeof given === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(given) ? given : undefined
}
