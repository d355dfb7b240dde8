// Who else is in a conversation: colleagues who look or write, and the other side writing.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { api, type Present } from '@/api'
import { useLive } from '@/live'
import { useMe } from '@/queries'

const AGAIN = 30_000 // ms; the server holds it for 45 s
const TYPING_AGAIN = 8_000 // ms; the server holds it for 15 s

/** Says that we look at a conversation while it is open and seen; returns what to call while writing. */
export function usePresence(id: string): { others: readonly Present[]; typing: () => void } {
  const me = useMe().user.id
  const queries = useQueryClient()
  const key = ['presence', id]
  const { data: present = [] } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get('/conversations/{id}/presence', { path: { id }, signal }),
    // Nothing says who left while it was not open.
    staleTime: 0,
    gcTime: 0,
  })
  useLive('presence.changed', (event) => {
    if (event.conversation_id === id) queries.setQueryData(key, event.present)
  })

  useEffect(() => {
    const say = (doing: 'viewing' | null) =>
      // Nobody misses it where the line is broken.
      void api.post('/conversations/{id}/presence', { path: { id }, body: { doing } }).catch(() => undefined)
    const seen = () => say(document.hidden ? null : 'viewing')
    seen()
    const timer = setInterval(() => !document.hidden && say('viewing'), AGAIN)
    document.addEventListener('visibilitychange', seen)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', seen)
      say(null)
    }
  }, [id])

  const last = useRef(0)
  const typing = () => {
    const now = Date.now()
    if (now - last.current < TYPING_AGAIN) return
    last.current = now
    void api.post('/conversations/{id}/presence', { path: { id }, body: { doing: 'typing' } }).catch(() => undefined)
  }
  return { others: present.filter((each) => each.user_id !== me), typing }
}

/** Whether the other side writes just now. */
export function useTheirTyping(id: string): boolean {
  const [until, setUntil] = useState<{ id: string; at: number }>()
  useLive('typing.changed', (event) => {
    if (event.conversation_id === id) setUntil(event.until ? { id, at: Date.parse(event.until) } : undefined)
  })
  useEffect(() => {
    if (!until) return
    const timer = setTimeout(() => setUntil(undefined), Math.max(0, until.at - Date.now()))
    return () => clearTimeout(timer)
  }, [until])
  return until?.id === id
}
