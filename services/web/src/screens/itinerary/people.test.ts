import { expect, it } from 'vitest'

import type { Itinerary } from '@/api'

import { peopleOf } from './people'

it('names guests, suppliers and the agent, each once', () => {
  const trip = {
    details: { guests: [{ name: 'Rita', contact_id: 'rita' }, { name: 'Her son' }] },
    services: [
      { details: { supplier_id: 'boats', supplier_name: 'Boats' } },
      { details: { supplier_id: 'boats', supplier_name: 'Boats' } },
      { details: {} },
    ],
  } as unknown as Pick<Itinerary, 'details' | 'services'>
  const rest = [{ id: 'rita', name: 'Rita' }, { id: 'boats', name: 'Boats' }]
  expect(peopleOf(trip)).toEqual(rest)
  expect(peopleOf(trip, { id: 'agency', name: 'The agency' })).toEqual([...rest, { id: 'agency', name: 'The agency' }])
})
