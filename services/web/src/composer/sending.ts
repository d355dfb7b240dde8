// From the desk to the thread: sent once, taken back within some seconds, tried again where it failed.

import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import { api, type Attachment, type Draft, newKey, Problem, type ScheduledMessage } from '@/api'
import { useLive } from '@/live'
import { useMe } from '@/queries'
import { t } from '@/texts'
import { type Stream, withItem } from '@/thread/stream'
import { type Unsent, unsent } from '@/thread/unsent'
import { toast } from '@/ui/toast'
import { wording } from '@/ui/wording'

/** Sends a draft; what becomes of it stands in the thread. */
export async function send(queries: QueryClient, conversationId: string, draft: Draft, attachments: Attachment[]): Promise<void> {
  const key = newKey()
  unsent.add({ key, conversationId, draft, attachments, at: new Date().toISOString(), state: 'sending' })
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

/** Sends although somebody else answered: that is another draft, so it has another key. */
export function sendAnyway(queries: QueryClient, one: Unsent): void {
  unsent.remove(one.key)
  void send(queries, one.conversationId, { ...one.draft, seen_message_id: null }, one.attachments)
}

/** Keeps it from leaving; returns whether that was in time. */
export async function undo(one: Unsent): Promise<boolean> {
  if (one.scheduledId === undefined || one.version === undefined) return false
  try {
    await api.delete('/messages/{id}', { path: { id: one.scheduledId }, version: one.version })
    unsent.remove(one.key)
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
    else if (change === 'withdrawn' || change === 'held') unsent.remove(one.key)
  })
}

/** The message itself may come a moment later than the news that it left. */
async function arrived(queries: QueryClient, one: Unsent, scheduled: ScheduledMessage): Promise<void> {
  for (const id of scheduled.message_ids) {
    const message = await api.get('/messages/{id}', { path: { id } })
    if ('conversation_id' in message) {
      queries.setQueryData<Stream>(['thread', message.conversation_id], (old) => old && withItem(old, { message }))
    }
  }
  unsent.remove(one.key)
}
