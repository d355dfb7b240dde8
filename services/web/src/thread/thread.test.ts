import { describe, expect, it } from 'vitest'

import type { MessageView, StreamItem } from '@/api'

import { byProgress, fate, hasRemoteImages, isOnlyEmoji, isRich, linked } from './body'
import { threadRows, unreadFrom } from './rows'
import { itemsOf, type Stream, withItem } from './stream'

function message(id: string, at: string, more: Partial<MessageView> = {}): MessageView {
  return {
    id, at, conversation_id: 'c', channel: 'email', connection_id: null, direction: 'in', kind: 'message',
    author_kind: 'contact', author_name: 'Ana', author_id: null, contact_id: null, contact_name: 'Ana',
    itinerary: null, subject: '', text: id, html: null, quoted_text: '', quoted_html: null, attachments: [],
    deliveries: [], service_ids: [], automatic: 'none', defects: [], ...more,
  }
}

const at = (hour: string) => `2026-11-30T${hour}:00Z`
const item = (id: string, hour: string, more: Partial<MessageView> = {}): StreamItem => ({ message: message(id, at(hour), more) })
const stream = (...pages: StreamItem[][]): Stream => ({
  pages: pages.map((items, index) => ({ items, cursor: index < pages.length - 1 ? 'more' : null })),
  pageParams: pages.map(() => null),
})
const ids = (given: Stream) => itemsOf(given).map((each) => each.message?.id)

describe('the stream', () => {
  const two = stream([item('d', '12:00'), item('c', '11:00')], [item('b', '10:00'), item('a', '09:00')])

  it('is told from the oldest on', () => {
    expect(ids(two)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('takes a new message at its end, and one that came late in its place', () => {
    expect(ids(withItem(two, item('e', '13:00')))).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(ids(withItem(two, item('late', '10:30')))).toEqual(['a', 'b', 'late', 'c', 'd'])
  })

  it('changes a message where it stands, in whatever page, and has it once', () => {
    const changed = withItem(two, item('b', '10:00', { text: 'edited' }))
    expect(ids(changed)).toEqual(['a', 'b', 'c', 'd'])
    expect(itemsOf(changed)[1]?.message?.text).toBe('edited')
  })

  it('leaves what is older than all that was fetched to its page', () => {
    const open: Stream = { pages: [{ items: [item('d', '12:00')], cursor: 'more' }], pageParams: [null] }
    expect(ids(withItem(open, item('old', '08:00')))).toEqual(['d'])
    expect(ids(withItem(two, item('old', '08:00')))).toEqual(['old', 'a', 'b', 'c', 'd'])
  })
})

describe('the lines of a thread', () => {
  const items = [
    item('a', '09:00'),
    item('b', '09:03'),
    item('c', '09:30'),
    { message: message('d', '2026-12-01T09:00:00Z', { direction: 'out', author_kind: 'user', author_name: 'Lea' }) },
  ]

  it('parts days, and keeps together what one hand wrote at once', () => {
    const rows = threadRows({ items, whole: true })
    expect(rows.map((each) => each.kind)).toEqual(['begin', 'day', 'message', 'message', 'message', 'day', 'message'])
    expect(rows.filter((each) => each.kind === 'message').map((each) => [each.first, each.last])).toEqual([
      [true, false], [false, true], [true, true], [true, true],
    ])
  })

  it('has no day above the first of what was fetched: it would move up with what comes before', () => {
    const first = (rows: ReturnType<typeof threadRows>) => rows[0]?.key
    expect(first(threadRows({ items: items.slice(1), whole: false }))).toBe('b')
    const later = threadRows({ items, whole: false }).map((each) => each.key)
    expect(later.indexOf('b')).toBe(1)
    expect(threadRows({ items, whole: true }).map((each) => each.kind).slice(0, 2)).toEqual(['begin', 'day'])
  })

  it('says where the unread begins', () => {
    expect(unreadFrom(items, 2)).toEqual({ id: 'b', count: 2 })
    expect(unreadFrom(items, 0)).toBeUndefined()
    expect(unreadFrom(items, 9)).toBeUndefined()
    const rows = threadRows({ items, whole: false, firstUnread: { id: 'b', count: 2 } })
    expect(rows.map((each) => each.key)).toEqual(['a', 'unread', 'b', 'c', 'day 2026-12-01', 'd'])
  })

  it('says it at the same place whatever comes at either end', () => {
    const grown = [item('z', '08:00'), ...items, item('e', '23:00')]
    expect(unreadFrom(grown, 2, { until: 'd' })?.id).toBe('b')
    expect(unreadFrom(grown, 4, { until: 'd' })?.id).toBe('z')
    expect(unreadFrom(grown, 9, { until: 'd', whole: true })?.id).toBe('z')
  })

  it('tells what happened in a group as nobody’s words, which are nothing to read', () => {
    const note = item('n', '09:02', { direction: 'in', author_kind: 'system', author_name: '', chat: { note: { kind: 'left', names: ['Rui'] } } })
    const told = [item('a', '09:00'), note, item('b', '09:03')]
    const rows = threadRows({ items: told, whole: false })
    expect(rows.map((each) => each.kind)).toEqual(['message', 'note', 'message'])
    expect(rows.flatMap((each) => (each.kind === 'message' ? [[each.first, each.last]] : []))).toEqual([[true, true], [true, true]])
    expect(unreadFrom(told, 2)).toEqual({ id: 'a', count: 2 })
  })

  it('has what is being sent at its end, and only until it is there', () => {
    const unsent = { key: 'k', conversationId: 'c', draft: {}, attachments: [], at: '', state: 'waiting' as const, scheduledId: 'd2' }
    expect(threadRows({ items, whole: false, unsent: [unsent] }).at(-1)?.key).toBe('k')
    const left = [...items, item('d2', '23:00')]
    expect(threadRows({ items: left, whole: false, unsent: [unsent] }).at(-1)?.key).toBe('d2')
  })
})

describe('the words', () => {
  it('become links where they are addresses, without the full stop behind', () => {
    expect(linked('See https://a.example/x?y=1. Or ana@b.example!')).toEqual([
      { text: 'See ' },
      { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
      { text: '. Or ' },
      { text: 'ana@b.example', href: 'mailto:ana@b.example' },
      { text: '!' },
    ])
  })

  it('are shown as a page only where that says more', () => {
    expect(isRich('<p>Hello<br>there</p>')).toBe(false)
    expect(isRich('<p><a href="https://x">x</a></p>')).toBe(true)
    expect(hasRemoteImages('<img src="blocked:https://x/y.png">')).toBe(true)
    expect(hasRemoteImages('<img src="cid:1">')).toBe(false)
  })

  it('may be some emoji', () => {
    expect(isOnlyEmoji('👍🏽')).toBe(true)
    expect(isOnlyEmoji('❤️ 🎉')).toBe(true)
    expect(isOnlyEmoji('ok 👍')).toBe(false)
    expect(isOnlyEmoji('12')).toBe(false)
  })
})

describe('the receipts of a group', () => {
  it('name who read it first, then who has it, then who has not', () => {
    const receipts = [
      { address: '1', name: 'Zoe' },
      { address: '2', name: 'Rui', delivered_at: at('09:01') },
      { address: '3', name: 'Ana', delivered_at: at('09:02'), read_at: at('09:05') },
      { address: '4', name: 'Bea', delivered_at: at('09:00'), read_at: null },
    ]
    expect(byProgress(receipts).map((each) => each.name)).toEqual(['Ana', 'Bea', 'Rui', 'Zoe'])
  })
})

describe('the fate of a message', () => {
  const of = (...statuses: ('queued' | 'sent' | 'delivered' | 'read' | 'failed')[]) =>
    fate({ deliveries: statuses.map((status) => ({ id: '', role: 'to', mailbox: { address: '' }, status })) })

  it('is that of the recipient whom it reached least, a failure before all', () => {
    expect(of('read', 'sent')).toBe('sent')
    expect(of('read', 'failed')).toBe('failed')
    expect(of('read')).toBe('read')
    expect(of()).toBeUndefined()
  })
})
