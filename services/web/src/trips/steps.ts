// Where trips and services may stand, and where they may go. The steps are those of
// services/itineraries/itineraries/domain/states.py; tests/web/test_steps.py compares them.

import type { Itinerary, ServiceDetails } from '@/api'

import steps from './steps.json'

export type TripState = Itinerary['state']
export type ServiceState = NonNullable<ServiceDetails['state']>

export const TRIP_STATES = Object.keys(steps.itinerary) as readonly TripState[]
export const SERVICE_STATES = Object.keys(steps.service) as readonly ServiceState[]

export function nextOfTrip(state: TripState): readonly TripState[] {
  return steps.itinerary[state] as readonly TripState[]
}

export function nextOfService(state: ServiceState): readonly ServiceState[] {
  return steps.service[state] as readonly ServiceState[]
}

/** Whether a service will not take place. */
export function isOff(state: ServiceState | undefined): boolean {
  return state === 'cancelled' || state === 'declined'
}
