import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'

import type { Conversation, MessageView } from '@/api'

import { put, unreadAfter } from './queries'

function conversation(version: number, unread_mine: number | null, unread = 9): Conversation {
  return {
    id: 'a', last_at: '2026-12-03T09:00:00Z', channel: 'email', connection_id: 'c', contact_id: null, contact_name: 'Ann',
    address: '', subject: '', preview: '', last_direction: 'in', last_status: null, unread, archived: false,
    itinerary_ids: [], version, unread_mine,
  }
}

const came = (version: number, unread = 10) => ({
  change: 'message_added' as const,
  conversation: conversation(version, null, unread),
  message: { direction: 'in' } as MessageView,
})

describe('what is still to read after an event', () => {
  it('is one more where a message came in', () => {
    expect(unreadAfter(conversation(4, 2), came(5))).toBe(3)
  })

  it('is counted once, also where it was fetched before its event was heard', () => {
    expect(unreadAfter(conversation(5, 3), came(5))).toBe(3)
  })

  it('is the same where what came is no news: an automatic reply, or history', () => {
    expect(unreadAfter(conversation(4, 2), came(5, 9))).toBe(2)
  })

  it('is the same where something else changed', () => {
    expect(unreadAfter(conversation(4, 2), { ...came(5), change: 'labelled', message: null })).toBe(2)
  })

  it('is as many more as came, in whatever order one hears of them', () => {
    const events = [came(6, 11), came(5, 10), { ...came(8, 12), change: 'delivery_updated' as const }, came(7, 12), came(9, 13)]
    let known = conversation(4, 2)
    for (const event of events) {
      const unread_mine = unreadAfter(known, event)
      if (event.conversation.version > known.version) known = { ...event.conversation, unread_mine }
    }
    expect(known.unread_mine).toBe(6)
  })

  it('is at least the one that came, where a colleague read what came before it', () => {
    expect(unreadAfter(conversation(4, 2), came(6, 1))).toBe(3)
  })

  it('is not known of a conversation that was not fetched', () => {
    expect(unreadAfter(undefined, came(5))).toBeNull()
  })
})

describe('a conversation put in its place', () => {
  it('is not taken for fetched where nobody opened it', () => {
    const queries = new QueryClient()
    put(queries, conversation(5, null), 'me')
    expect(queries.getQueryData(['conversation', 'a'])).toBeUndefined()
    queries.setQueryData(['conversation', 'a'], conversation(4, 2))
    put(queries, conversation(5, 3), 'me')
    expect(queries.getQueryData<Conversation>(['conversation', 'a'])?.unread_mine).toBe(3)
  })
})
