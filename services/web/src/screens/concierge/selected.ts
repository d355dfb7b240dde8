// What was selected some while ago, on days that may not be in sight any more.

import type { ConciergeService, Itinerary } from '@/api'
import type { Planned } from '@/outreach'

/** The services as their trips have them by now: with another supplier, perhaps, or gone. */
export function asTheyAre(selected: ReadonlyMap<string, ConciergeService>, trips: readonly Itinerary[]): Planned[] {
  const now = new Map(trips.flatMap((trip) => trip.services.map((each) => [each.id, each] as const)))
  return [...selected.values()].flatMap(({ service: { id }, reference, title }) => {
    const service = now.get(id)
    return service ? [{ service, reference, title }] : []
  })
}
