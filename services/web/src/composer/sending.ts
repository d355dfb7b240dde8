// From the desk to the thread: sent once, taken back within some seconds, tried again where it failed.

import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import { api, type Attachment, type Conversation, type Draft, type MessageView, newKey, Problem, type ScheduledMessage } from '@/api'
import { useLive } from '@/live'
import { useMe } from '@/queries'
import { t } from '@/texts'
import { type Stream, withItem } from '@/thread/stream'
import { type Unsent, unsent } from '@/thread/unsent'
import { toast } from '@/ui/toast'
import { wording } from '@/ui/wording'

import { againOf } from './again'

/** Sends a draft; what becomes of it stands in the thread. */
export async function send(
  queries: QueryClient,
  conversationId: string,
  draft: Draft,
  attachments: Attachment[],
  again?: Unsent['again'],
): Promise<void> {
  const key = newKey()
  unsent.add({ key, conversationId, draft, attachments, ...(again && { again }), at: new Date().toISOString(), state: 'sending' })
  await attempt(queries, key)
}

/** Another try of one that failed: with the same key, so that it leaves once whatever became of the first. */
export async function attempt(queries: QueryClient, key: string): Promise<void> {
  const one = unsent.get(key)
  if (!one) return
  unsent.change(key, { state: 'sending' })
  try {
    const answer = await api.post('/messages', { key, body: one.draft })
    if (Array.isArray(answer)) {
      for (const message of answer) {
        queries.setQueryData<Stream>(['thread', message.conversation_id], (old) => old && withItem(old, { message }))
      }
      unsent.remove(key)
    } else {
      waits(key, answer)
      if (!answer.undo) void queries.invalidateQueries({ queryKey: ['scheduled'] })
    }
  } catch (error) {
    unsent.change(key, {
      state: 'failed',
      reason: wording(error),
      answered: error instanceof Problem && error.code === 'inbox.answered_meanwhile',
    })
  }
}

function waits(key: string, scheduled: ScheduledMessage): void {
  if (!scheduled.undo) {
    // Planned: it stands in the thread as what leaves later.
    unsent.remove(key)
    return
  }
  unsent.change(key, {
    state: 'waiting',
    scheduledId: scheduled.id,
    version: scheduled.version,
    leavesAt: scheduled.leaves_at,
  })
}

/** Another try of a message that failed; once one is under way there is no second. */
export function sendAgain(queries: QueryClient, conversation: Conversation, message: MessageView): void {
  if (unsent.isAgain(message.id)) return
  const { id, text, attachments } = message
  void send(queries, conversation.id, againOf(message, conversation), attachments, { id, text })
}

/** Sends although somebody else answered: that is another draft, so it has another key. */
export function sendAnyway(queries: QueryClient, one: Unsent): void {
  unsent.remove(one.key)
  void send(queries, one.conversationId, { ...one.draft, seen_message_id: null }, one.attachments, one.again)
}

/** Keeps it from leaving; returns whether that was in time. */
export async function undo(one: Unsent): Promise<boolean> {
  if (one.scheduledId === undefined || one.version === undefined) return false
  try {
    await api.delete('/messages/{id}', { path: { id: one.scheduledId }, version: one.version })
    unsent.takeBack(one.key)
    return true
  } catch (error) {
    toast.failure(error, t('composer.tooLate'))
    return false
  }
}

/** Takes from the list of what waits all that left, was withdrawn or is held. */
export function useLiveSending(): void {
  const queries = useQueryClient()
  const me = useMe().user.id
  useEffect(() => unsent.belongTo(me), [me])
  useLive('schedule.changed', ({ change, scheduled }) => {
    const one = unsent.find((each) => each.scheduledId === scheduled.id)
    if (!one) return
    if (change === 'left') void arrived(queries, one, scheduled)
    else if (change === 'withdrawn') unsent.takeBack(one.key)
    else if (change === 'held') unsent.remove(one.key)
  })
}

/** The message itself may come a moment later than the news that it left. */
async function arrived(queries: QueryClient, one: Unsent, scheduled: ScheduledMessage): Promise<void> {
  try {
    for (const id of scheduled.message_ids) {
      const message = await api.get('/messages/{id}', { path: { id } })
      if ('conversation_id' in message) {
        queries.setQueryData<Stream>(['thread', message.conversation_id], (old) => old && withItem(old, { message }))
      }
    }
  } catch {
    // It has left all the same, and its own event brings it.
  } finally {
    unsent.remove(one.key)
  }
}
