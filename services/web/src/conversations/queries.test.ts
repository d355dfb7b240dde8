import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'

import type { Conversation, MessageView } from '@/api'

import { put, unreadAfter } from './queries'

function conversation(version: number, unread_mine: number | null): Conversation {
  return {
    id: 'a', last_at: '2026-12-03T09:00:00Z', channel: 'email', connection_id: 'c', contact_id: null, contact_name: 'Ann',
    address: '', subject: '', preview: '', last_direction: 'in', last_status: null, unread: 9, archived: false,
    itinerary_ids: [], version, unread_mine,
  }
}

const came = (version: number) => ({
  change: 'message_added' as const,
  conversation: conversation(version, null),
  message: { direction: 'in' } as MessageView,
})

describe('what is still to read after an event', () => {
  it('is one more where a message came in', () => {
    expect(unreadAfter(conversation(4, 2), came(5))).toBe(3)
  })

  it('is counted once, also where it was fetched before its event was heard', () => {
    expect(unreadAfter(conversation(5, 3), came(5))).toBe(3)
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
