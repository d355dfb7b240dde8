import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, createElement } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Attachment, Conversation, Draft, LiveEvents, SavedDraft } from '@/api'

import { type Drafting, useDraft } from './draft'

const live = vi.hoisted(() => ({ hear: undefined as unknown as (event: unknown) => void }))
vi.mock('@/live', () => ({ useLive: (_topic: string, hear: (event: unknown) => void) => void (live.hear = hear) }))

const conversation: Conversation = {
  id: 'c', channel: 'whatsapp', connection_id: 'ours', contact_id: 'ana', contact_name: 'Ana', address: '351912345678',
  subject: '', preview: '', last_direction: 'in', last_status: null, last_at: '', unread: 0, archived: false,
  itinerary_ids: [], version: 1,
}

/** What the server has: one draft at most, and the ids of those that ended. */
let kept: SavedDraft | undefined
let ended: Set<string>
/** Holds the answer to the first question back until it is called. */
let answer: () => void
let desk: Drafting
let root: Root

function draftOf(id: string, text: string): SavedDraft {
  return { id, conversation_id: 'c', itinerary_id: null, draft: { channel: 'whatsapp', text }, saved_at: '', version: 1 }
}

function put(id: string, draft: Draft): Response {
  if (ended.has(id)) return refused('inbox.draft_sent')
  if (kept && kept.id !== id) return refused('inbox.draft_exists')
  kept = { ...draftOf(id, ''), draft, version: (kept?.version ?? 0) + 1 }
  return Response.json(kept)
}

const refused = (code: string) => Response.json({ status: 409, code, detail: code }, { status: 409 })

function Desk({ tell }: { tell: (desk: Drafting) => void }) {
  tell(useDraft(conversation))
  return null
}

const during = (what: () => unknown) => act(async () => { await what() })
const settle = () => during(() => vi.advanceTimersByTimeAsync(1_000))

beforeEach(async () => {
  vi.useFakeTimers()
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  kept = undefined
  ended = new Set()
  const asked = new Promise<void>((resolve) => (answer = resolve))
  vi.stubGlobal('fetch', async (address: string, { method, body }: { method: string; body: string }) => {
    if (method === 'PUT') return put(address.split('/').at(-1) ?? '', (JSON.parse(body) as { draft: Draft }).draft)
    await asked
    return Response.json({ drafts: kept ? [kept] : [], cursor: null })
  })
  root = createRoot(document.createElement('div'))
  await during(() => root.render(createElement(QueryClientProvider, { client: new QueryClient() }, createElement(Desk, { tell: (now) => void (desk = now) }))))
})

afterEach(async () => {
  await during(() => root.unmount())
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('what is written before the earlier draft arrived goes on behind it', async () => {
  kept = draftOf('d1', 'We have a table')
  await during(() => desk.change({ text: 'at nine.' }))
  await settle()
  expect(kept.draft.text).toBe('We have a table')
  answer()
  await settle()
  expect([desk.writing.text, kept.draft.text]).toEqual(['We have a table\n\nat nine.', 'We have a table\n\nat nine.'])
})

it('the next message stays when the one before is sent with another try', async () => {
  answer()
  await settle()
  await during(() => desk.change({ text: 'The first' }))
  await settle()
  const first = kept?.id ?? ''
  let taken: string | undefined
  await during(async () => (taken = await desk.take()))
  expect(taken).toBe(first)
  // It did not leave, so that the server still has its draft, and the next one is kept in its place.
  await during(() => desk.change({ text: 'The second' }))
  await settle()
  expect(kept?.id).toBe(first)

  ended.add(first)
  kept = undefined
  const event: LiveEvents['draft.changed'] = { user_id: 'me', ended: true, saved: { ...draftOf(first, ''), version: 9 } }
  await during(() => live.hear(event))
  await settle()
  expect(desk.writing.text).toBe('The second')
  expect(kept).toMatchObject({ draft: { text: 'The second' } })
})

it('what was sent from another window leaves the desk', async () => {
  kept = draftOf('d1', 'Hello')
  answer()
  await settle()
  expect(desk.writing.text).toBe('Hello')
  await during(() => live.hear({ user_id: 'me', ended: true, saved: { ...kept, version: 2 } }))
  expect(desk.writing.text).toBe('')
})

it('what was sent does not come back, however late one hears that it was saved', async () => {
  answer()
  await settle()
  await during(() => desk.change({ text: 'At nine.' }))
  await settle()
  const saved = kept
  await during(() => desk.take())
  await during(() => live.hear({ saved, ended: false }))
  await settle()
  expect(desk.writing.text).toBe('')
})

it('what comes back stands before what is being written', async () => {
  answer()
  await settle()
  await during(() => desk.change({ text: 'The second' }))
  await during(() => desk.restore({ ...desk.writing, text: 'The first' }))
  expect(desk.writing.text).toBe('The first\n\nThe second')
})

it('two files that arrive together are both attached', async () => {
  answer()
  await settle()
  const { change } = desk
  await during(() => {
    for (const id of ['a', 'b']) change((now) => ({ attachments: [...now.attachments, { id } as Attachment] }))
  })
  expect(desk.writing.attachments.map((each) => each.id)).toEqual(['a', 'b'])
})
