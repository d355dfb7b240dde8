// What a person does with a conversation: shown at once, and taken back where the API refuses it.

import { useMutation, useQueryClient } from '@tanstack/react-query'

import { api, type Conversation, Problem } from '@/api'
import { useMe } from '@/queries'

import { known, put } from './queries'

export type Change =
  | { what: 'archived'; archived: boolean }
  | { what: 'state'; state: 'attentive' | 'answered' }
  | { what: 'assignee'; user: string | null }
  | { what: 'labels'; labels: string[] }
  | { what: 'follow_up'; until: string | null; note: string }
  | { what: 'read' }
  | { what: 'unread' }

interface Wanted {
  conversation: Conversation
  change: Change
}

/** The conversation as it will be, as far as one can tell. */
export function foreseen(conversation: Conversation, change: Change): Conversation {
  switch (change.what) {
    case 'archived':
      return { ...conversation, archived: change.archived }
    case 'state':
      return { ...conversation, state: change.state }
    case 'assignee':
      return { ...conversation, assignee_id: change.user }
    case 'labels':
      return { ...conversation, label_ids: change.labels }
    case 'follow_up':
      return {
        ...conversation,
        follow_up: change.until === null ? null : { until: change.until, user_id: null, user_name: '', note: change.note },
      }
    case 'read':
      return { ...conversation, unread: 0, unread_mine: 0 }
    case 'unread':
      return { ...conversation, unread_mine: Math.max(1, conversation.unread_mine ?? 0) }
  }
}

/** What a change is about, to tell whether somebody else changed the same. */
function about({ state, assignee_id, label_ids, follow_up }: Conversation, { what }: Change): unknown {
  const parts: Partial<Record<Change['what'], unknown>> = { state, assignee: assignee_id, labels: label_ids, follow_up }
  return parts[what]
}

/**
 * Does it. A conversation changes with all that happens in it, a delivery too: only where the very
 * thing is another than who wants it `saw` is he refused.
 */
export async function settle(conversation: Conversation, { conversation: saw, change }: Wanted): Promise<Conversation> {
  try {
    return await done(conversation, change)
  } catch (error) {
    if (!(error instanceof Problem && error.status === 412)) throw error
    const now = await api.get('/conversations/{id}', { path: { id: conversation.id } })
    if (JSON.stringify(about(now, change)) !== JSON.stringify(about(saw, change))) throw error
    return done(now, change)
  }
}

function done({ id, version }: Conversation, change: Change): Promise<Conversation> {
  const path = { id }
  switch (change.what) {
    case 'archived':
      return api.put('/conversations/{id}/archive', { path, body: { archived: change.archived } })
    case 'state':
      return api.put('/conversations/{id}/state', { path, version, body: { state: change.state } })
    case 'assignee':
      return api.put('/conversations/{id}/assignee', { path, version, body: { user_id: change.user } })
    case 'labels':
      return api.put('/conversations/{id}/labels', { path, version, body: { label_ids: change.labels } })
    case 'follow_up':
      return api.put('/conversations/{id}/follow-up', { path, version, body: { until: change.until, note: change.note } })
    case 'read':
      return api.put('/conversations/{id}/read', { path })
    case 'unread':
      return api.put('/conversations/{id}/unread', { path, body: {} })
  }
}

/**
 * `change({ conversation, change })`; what was refused is undone on screen, and said in a toast unless
 * it is `silent`, for what nobody asked for.
 */
export function useChange({ silent = false } = {}) {
  const queries = useQueryClient()
  const me = useMe().user.id
  return useMutation({
    meta: { silent },
    // One after the other: each needs the version that the one before made.
    scope: { id: 'conversation-change' },
    mutationFn: (wanted: Wanted) => settle(known(queries, wanted.conversation.id) ?? wanted.conversation, wanted),
    onMutate: async ({ conversation, change }) => {
      // What is on its way was asked for before.
      await queries.cancelQueries({ queryKey: ['conversation', conversation.id] })
      const before = known(queries, conversation.id) ?? conversation
      put(queries, foreseen(before, change), me)
      return before
    },
    onSuccess: (answer) => put(queries, answer, me),
    onError: (_error, _wanted, before) => {
      if (before) put(queries, before, me)
    },
  })
}
