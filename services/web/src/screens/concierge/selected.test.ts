import { expect, it } from 'vitest'

import type { ConciergeService, Itinerary, Service } from '@/api'

import { asTheyAre } from './selected'

function service(id: string, supplier_id: string): Service {
  return {
    id, itinerary_id: 't', starts_at: '2026-12-03T09:00:00Z', version: supplier_id === 'new' ? 2 : 1,
    details: { kind: 'tour', name: id, date: '2026-12-03', zone: 'Europe/Lisbon', supplier_id },
  }
}

it('what is selected is written about as it is by then', () => {
  const chosen = (id: string): [string, ConciergeService] => [
    id, { reference: 'R1', title: 'Lisbon', itinerary_state: 'confirmed', service: service(id, 'old') },
  ]
  const trip = { id: 't', services: [service('walk', 'new'), service('other', 'old')] } as Itinerary
  const found = asTheyAre(new Map([chosen('walk'), chosen('gone')]), [trip])
  expect(found.map((each) => [each.service.id, each.service.details.supplier_id, each.service.version])).toEqual([['walk', 'new', 2]])
})
