import { afterEach, expect, it, vi } from 'vitest'

import { addressOfEntity } from './navigation'

function answers(given: Record<string, unknown>) {
  vi.stubGlobal('fetch', (address: string) => Promise.resolve(Response.json(given[address.replace('/api/v1', '')])))
}

afterEach(() => vi.unstubAllGlobals())

it('a notification of a message leads to where it stands', async () => {
  answers({ '/messages/m': { id: 'm', conversation_id: 'c' } })
  expect(await addressOfEntity('message', 'm')).toBe('/inbox/c?message=m')
})

it('one of a message that is held leads to what it answers, else to whom it is for', async () => {
  const held = { id: 's', message_ids: [], draft: { in_reply_to: 'm' }, contact_ids: ['ana'], itinerary_ids: [] }
  answers({ '/messages/s': held, '/messages/new': { ...held, draft: {} }, '/messages/m': { id: 'm', conversation_id: 'c' } })
  expect(await addressOfEntity('message', 's')).toBe('/inbox/c?message=m')
  expect(await addressOfEntity('message', 'new')).toBe('/contacts/ana')
})

it('one of a review leads to its trip, where it has one', async () => {
  answers({ '/reviews/r': { details: { itinerary_id: 't' } }, '/reviews/x': { details: {} } })
  expect([await addressOfEntity('review', 'r'), await addressOfEntity('review', 'x')]).toEqual(['/itineraries/t?tab=reviews', undefined])
})
