import { QueryClient } from '@tanstack/react-query'
import { expect, it, vi } from 'vitest'

import { api, type Delivery, type MessageView } from '@/api'

import { keyOf, statusOf, timelineQuery, withDays } from './messages'

const message = (id: string, at: string) => ({ id, at }) as MessageView
const delivery = (status: Delivery['status']) => ({ status }) as Delivery

it('puts each day once, on the reader’s clock', () => {
  const late = message('late', '2026-12-03T23:30:00Z')
  const early = message('early', '2026-12-03T08:00:00Z')
  expect(withDays([late, early], 'UTC').map(keyOf)).toEqual(['2026-12-03', 'late', 'early'])
  expect(withDays([late, early], 'Europe/Madrid').map(keyOf)).toEqual(['2026-12-04', 'late', '2026-12-03', 'early'])
})

it('tells the worst that happened to any recipient', () => {
  expect(statusOf({ deliveries: [delivery('read'), delivery('failed')] })).toBe('failed')
  expect(statusOf({ deliveries: [delivery('read'), delivery('delivered')] })).toBe('delivered')
  expect(statusOf({ deliveries: [] })).toBeUndefined()
})

it('asks for what was said with somebody about one trip', async () => {
  const asked = vi.spyOn(api, 'get').mockResolvedValue({ messages: [], cursor: null })
  await new QueryClient().infiniteQuery(timelineQuery({ contactId: 'rita' }, { trip: 'douro', channel: 'email' }))
  expect(asked).toHaveBeenCalledWith(
    '/contacts/{contact_id}/timeline',
    expect.objectContaining({ path: { contact_id: 'rita' }, query: { channel: 'email', cursor: undefined, limit: 50, itinerary_id: 'douro' } }),
  )
})
