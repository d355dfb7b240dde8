// Conversations as the screens keep them. Their keys begin with words of their own, so that an event
// does not fetch every page anew: it says all that changed, and that is put in its place.

import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useQueryClient,
} from '@tanstack/react-query'

import { api, type Conversation, type Label, type LiveEvents } from '@/api'
import { useLive } from '@/live'
import { afterFetch } from '@/live/fetching'
import { useMe } from '@/queries'

import { asQuery, type Filters, fits } from './filters'
import { type Pages, placed, rowOf, withKnown } from './rows'

const PAGE = 50
const LISTS = 'conversation-list'
const ONE = 'conversation'

export function listQuery(filters: Filters) {
  return infiniteQueryOptions({
    queryKey: [LISTS, filters],
    queryFn: ({ pageParam, signal }) =>
      api.get('/conversations', {
        query: { ...asQuery(filters), limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
  })
}

export function conversationQuery(id: string, queries: QueryClient) {
  const row = inSomeList(queries, id)
  return queryOptions({
    queryKey: [ONE, id],
    queryFn: ({ signal }) => api.get('/conversations/{id}', { path: { id }, signal }),
    // The row that was clicked says enough to begin with.
    ...(row && { placeholderData: row }),
  })
}

function inSomeList(queries: QueryClient, id: string): Conversation | undefined {
  for (const [, pages] of queries.getQueriesData<Pages>({ queryKey: [LISTS] })) {
    const found = rowOf(pages, id)
    if (found) return found
  }
  return undefined
}

export const labelsQuery = queryOptions({
  queryKey: ['labels'],
  queryFn: ({ signal }): Promise<Label[]> => api.get('/labels', { signal }),
})

/** A trip that a conversation is about: its reference, mostly, which never changes. */
export function tripQuery(id: string) {
  return queryOptions({
    queryKey: ['trip', id],
    queryFn: ({ signal }) => api.get('/itineraries/{id}', { path: { id }, signal }),
    staleTime: Infinity,
  })
}

export function contactQuery(id: string | null | undefined) {
  return {
    queryKey: ['contacts', 'one', id],
    queryFn: ({ signal }: { signal: AbortSignal }) => api.get('/contacts/{id}', { path: { id: id ?? '' }, signal }),
    enabled: typeof id === 'string',
  }
}

/** Puts a conversation as it is now wherever it is shown. */
export function put(queries: QueryClient, conversation: Conversation, me: string): void {
  const lists = queries.getQueriesData<Pages>({ queryKey: [LISTS] })
  for (const [key, pages] of lists) {
    if (pages) queries.setQueryData<Pages>(key, placed(pages, conversation, fits(conversation, key[1] as Filters, me)))
  }
  // One that nobody opened is not kept: it would be taken for fetched.
  if (!queries.getQueryState([ONE, conversation.id])) return
  queries.setQueryData<Conversation>([ONE, conversation.id], (old) =>
    old && old.version > conversation.version ? old : withKnown(conversation, old),
  )
}

/** As it is known now; undefined where it is shown nowhere. */
export function known(queries: QueryClient, id: string): Conversation | undefined {
  return queries.getQueryData<Conversation>([ONE, id]) ?? inSomeList(queries, id)
}

/**
 * What one user has still to read after an event, which is for all and cannot say it; null where only
 * the API knows. What was fetched at the event's version or later has it counted already.
 */
export function unreadAfter(
  before: Conversation | undefined,
  { change, conversation, message }: Pick<LiveEvents['conversation.changed'], 'change' | 'conversation' | 'message'>,
): number | null {
  if (before?.unread_mine == null) return null
  const mine = before.unread_mine
  const overtaken = conversation.version - before.version - 1
  if (overtaken < 0) return mine
  const came = change === 'message_added' && message?.direction === 'in'
  const news = conversation.unread - before.unread // of the team: nothing for what is no news, as an automatic reply
  if (overtaken === 0) return came && news > 0 ? mine + 1 : mine
  // Events overtake each other. What is heard after this one is old, so this one speaks for those too.
  return mine + Math.max(came ? 1 : 0, news)
}

/** Keeps all lists true, and the conversations that are open. */
export function useLiveConversations(): void {
  const queries = useQueryClient()
  const me = useMe().user.id
  const ask = async (id: string) => put(queries, await api.get('/conversations/{id}', { path: { id } }), me)
  useLive('conversation.changed', (event) => {
    const { conversation } = event
    const asIs = () => {
      const unread = unreadAfter(known(queries, conversation.id), event)
      put(queries, { ...conversation, unread_mine: unread }, me)
      return unread
    }
    // Until then the team's number stands there; where it cannot be asked, too.
    if (asIs() === null && known(queries, conversation.id)) void ask(conversation.id).catch(() => undefined)
    afterFetch(queries, [LISTS], asIs)
    afterFetch(queries, [ONE, conversation.id], asIs)
  })
  useLive('read_mark.changed', ({ conversation_id, user_id, unread }) => {
    const before = known(queries, conversation_id)
    if (user_id === me && before) put(queries, { ...before, unread_mine: unread }, me)
  })
}
