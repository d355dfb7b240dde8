// What becomes of each letter once somebody sends them.

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'

import { type Answer, api, type Service } from '@/api'
import { t } from '@/texts'
import { toast } from '@/ui/toast'

import { type Addressed, type Common, type Draft, draftOf, type Planned } from './letters'

export type Sent = Answer<'/messages', 'post'>

export type Outcome =
  | { state: 'sending' }
  /** `conversationId` is null for what leaves later. */
  | { state: 'sent'; conversationId: string | null; leavesAt: string | null }
  | { state: 'failed'; error: unknown }

interface Options {
  common: Common
  /** Ordered services that are only planned are marked as requested. */
  marking: boolean
  /** Said once after each letter that left. */
  onSent?: (services: readonly Planned[]) => void
}

/** Sends letters one after the other, each on its own: one that fails keeps none of the others. */
export function useSending({ common, marking, onSent }: Options) {
  const queries = useQueryClient()
  const [outcomes, setOutcomes] = useState<Readonly<Record<string, Outcome>>>({})
  const stopped = useRef(new AbortController())
  const note = (id: string, outcome: Outcome) => setOutcomes((before) => ({ ...before, [id]: outcome }))

  const sending = useMutation({
    meta: { silent: true },
    mutationFn: async (letters: readonly Addressed[]) => {
      const { signal } = (stopped.current = new AbortController())
      for (const letter of letters) {
        if (signal.aborted) return
        note(letter.id, { state: 'sending' })
        try {
          const draft = draftOf(letter, common)
          note(letter.id, outcomeOf(await send(draft, letter.requestKey)))
          onSent?.(letter.services)
        } catch (error) {
          note(letter.id, { state: 'failed', error })
          continue
        }
        if (marking) await markRequested(letter.services.map((each) => each.service))
      }
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['messages'] })
      if (marking) void queries.invalidateQueries({ queryKey: ['itineraries'] })
    },
  })
  return {
    outcomes,
    sending: sending.isPending,
    send: (letters: readonly Addressed[]) => {
      if (!sending.isPending) sending.mutate(letters)
    },
    /** Sends no further letter; the one that is under way still leaves. */
    stop: () => stopped.current.abort(),
  }
}

function send(draft: Draft, key: string): Promise<Sent> {
  return api.post('/messages', { body: draft, key })
}

function outcomeOf(sent: Sent): Outcome {
  if (Array.isArray(sent)) {
    return { state: 'sent', conversationId: sent[0]?.conversation_id ?? null, leavesAt: null }
  }
  return { state: 'sent', conversationId: null, leavesAt: sent.leaves_at }
}

// That a service was ordered is only noted: what somebody changed meanwhile stays as he left it.
async function markRequested(services: readonly Service[]): Promise<void> {
  const planned = services.filter((each) => (each.details.state ?? 'planned') === 'planned')
  const noted = await Promise.allSettled(
    planned.map(({ id, version }) =>
      api.put('/services/{id}/state', { path: { id }, version, body: { state: 'requested' } }),
    ),
  )
  const count = noted.filter((each) => each.status === 'rejected').length
  if (count > 0) toast.refused(t('outreach.notMarked', { count }))
}
