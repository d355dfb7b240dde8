// A draft is kept on the server while one writes: it survives a reload, and goes on in another window.

import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef, useState } from 'react'

import { api, type Attachment, type Conversation, type Draft, Problem, type SavedDraft } from '@/api'
import { useLive } from '@/live'
import { unsent } from '@/thread/unsent'

import { asDraft, asWriting, blank, isEmpty, joined, type Writing } from './writing'

const PAUSE = 700 // ms after the last letter

interface Saved {
  id: string
  version: number
}

interface Found {
  saved: SavedDraft
  attachments: Attachment[]
}

const fresh = (): Saved => ({ id: crypto.randomUUID(), version: 0 })

/** The user's draft in a conversation, with its files; null where there is none. */
export function draftQuery(conversation: Conversation) {
  return {
    queryKey: ['draft-of', conversation.id],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const { drafts } = await api.get('/drafts', { query: { conversation_id: conversation.id, limit: 1 }, signal })
      const [saved] = drafts
      return saved ? { saved, attachments: await filesOf(saved.draft) } : null
    },
    staleTime: 0,
    gcTime: 0,
  }
}

/** What is known of the files of a draft; those that are gone are left out. */
export async function filesOf(draft: Draft): Promise<Attachment[]> {
  const found = await Promise.allSettled(
    (draft.attachments ?? []).map((id) => api.get('/files/{id}/about', { path: { id } })),
  )
  return found.flatMap((each) => (each.status === 'fulfilled' ? [attachmentOf(each.value)] : []))
}

export function attachmentOf(file: Awaited<ReturnType<typeof api.upload>>): Attachment {
  const { name, content_type, size } = file.file
  const { id, state, reason, width, height, pages } = file
  return {
    id, name, content_type, size,
    ...(state && { state }), reason: reason ?? null, width: width ?? null, height: height ?? null, pages: pages ?? null,
    pictures: (file.pictures ?? []).map((each) => each.size),
  }
}

export type Change = Partial<Writing> | ((now: Writing) => Partial<Writing>)

export interface Drafting {
  writing: Writing
  /** What is reckoned from what is written by then is a function of it. */
  change: (change: Change) => void
  /** Takes what was sent off the desk: the id it was saved as, and a new beginning. */
  take: () => Promise<string | undefined>
  /** Puts something back on the desk, before what is being written there. */
  restore: (writing: Writing) => void
  state: 'saved' | 'saving' | 'unsaved'
}

/** What is written in a conversation. Give its owner the conversation's id as a key. */
export function useDraft(conversation: Conversation): Drafting {
  const stored = useQuery(draftQuery(conversation))
  const [writing, setWriting] = useState(() => blank(conversation))
  const [state, setState] = useState<Drafting['state']>('saved')
  const saved = useRef<Saved>(fresh())
  const latest = useRef(writing)
  const dirty = useRef(false)
  const loaded = useRef(false)
  const taken = useRef(new Map<string, Draft>())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const running = useRef<Promise<void>>(Promise.resolve())

  const isDirty = () => dirty.current
  const show = (next: Writing) => {
    latest.current = next
    setWriting(next)
  }

  const adopt = (found: Found) => {
    // What this window has sent does not come back, however late one hears that it was saved.
    const isSent = found.saved.id !== saved.current.id && taken.current.has(found.saved.id)
    if (dirty.current || isSent) return
    saved.current = { id: found.saved.id, version: found.saved.version }
    show(asWriting(found.saved.draft, found.attachments, conversation))
  }
  /** Not before the earlier draft is known, unless one leaves. */
  const save = (leaving = false): Promise<void> => {
    clearTimeout(timer.current)
    // One after the other: each needs the version that the one before made.
    running.current = running.current.then(async () => {
      if (!dirty.current || (!loaded.current && !leaving)) return
      dirty.current = false
      setState('saving')
      try {
        await write(saved.current, latest.current, conversation, !loaded.current)
        setState(isDirty() ? 'unsaved' : 'saved')
      } catch {
        dirty.current = true
        setState('unsaved')
      }
    })
    return running.current
  }

  const begin = useEffectEvent((found: Found | null) => {
    const first = !loaded.current
    loaded.current = true
    if (first && dirty.current) {
      // Who was faster than the line goes on behind what he had begun before.
      if (found) {
        saved.current = { id: found.saved.id, version: found.saved.version }
        show(joined(asWriting(found.saved.draft, found.attachments, conversation), latest.current))
      }
      void save()
    } else if (found) adopt(found)
  })
  useEffect(() => {
    if (stored.data !== undefined || stored.isError) begin(stored.data ?? null)
  }, [stored.data, stored.isError])

  const change = (part: Change) => {
    show({ ...latest.current, ...(typeof part === 'function' ? part(latest.current) : part) })
    dirty.current = true
    setState('unsaved')
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void save(), PAUSE)
  }

  const flush = useEffectEvent(() => void save(true))
  useEffect(() => {
    const hidden = () => document.hidden && flush()
    const online = () => flush()
    document.addEventListener('visibilitychange', hidden)
    addEventListener('pagehide', hidden)
    addEventListener('online', online)
    return () => {
      document.removeEventListener('visibilitychange', hidden)
      removeEventListener('pagehide', hidden)
      removeEventListener('online', online)
      flush()
    }
  }, [])

  useLive('draft.changed', ({ saved: other, ended }) => {
    if (other.conversation_id !== conversation.id || dirty.current) return
    if (other.id === saved.current.id && other.version <= saved.current.version) return
    if (ended) {
      if (other.id !== saved.current.id) return
      saved.current = fresh()
      const sent = taken.current.get(other.id) ?? unsent.find((each) => each.draft.saved_as === other.id)?.draft
      if (!sent || isSame(sent, asDraft(latest.current, { conversation }))) show(blank(conversation))
      else {
        // What ended was sent before; the next message is written in its place and is kept anew.
        dirty.current = true
        void save()
      }
    } else void filesOf(other.draft).then((attachments) => adopt({ saved: other, attachments }))
  })

  return {
    writing,
    change,
    state,
    take: async () => {
      clearTimeout(timer.current)
      dirty.current = false
      const old = saved.current
      const sent = asDraft(latest.current, { conversation })
      taken.current.set(old.id, sent)
      saved.current = fresh()
      show({ ...blank(conversation), channel: latest.current.channel, connection: latest.current.connection })
      setState('saved')
      // A save that is under way would come back as a draft of what has left.
      await running.current
      return old.version > 0 ? old.id : undefined
    },
    restore: (next) => {
      show(joined(next, latest.current))
      change({})
    },
  }
}

function isSame(one: Draft, other: Draft): boolean {
  const words = ({ text, subject, attachments, place, cards }: Draft) => JSON.stringify([text ?? '', subject ?? '', attachments ?? [], place ?? null, cards ?? []])
  return words(one) === words(other)
}

/**
 * Saves, or throws away what is empty; `saved` is told the new version. Where an earlier draft was
 * `unseen`, it stays before what is written.
 */
async function write(saved: Saved, writing: Writing, conversation: Conversation, unseen: boolean): Promise<void> {
  if (isEmpty(writing)) {
    if (saved.version === 0) return
    await api.delete('/drafts/{id}', { path: { id: saved.id } })
    Object.assign(saved, fresh())
    return
  }
  let written = writing
  const put = () => {
    const body = { draft: asDraft(written, { conversation }), conversation_id: conversation.id }
    return api.put('/drafts/{id}', { path: { id: saved.id }, version: saved.version, body })
  }
  try {
    saved.version = (await put()).version
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'inbox.draft_sent') Object.assign(saved, fresh())
    else if (error.code === 'inbox.draft_exists' || error.status === 412) {
      // Who writes last is right: it is one and the same person.
      const { drafts } = await api.get('/drafts', { query: { conversation_id: conversation.id, limit: 1 } })
      const [other] = drafts
      Object.assign(saved, other ? { id: other.id, version: other.version } : fresh())
      if (other && unseen) written = joined(asWriting(other.draft, await filesOf(other.draft), conversation), writing)
    } else throw error
    saved.version = (await put()).version
  }
}
