// How the states of trips and services are shown.

import { Badge, type BadgeProps } from '@mantine/core'

import { tv } from '@/texts'

import type { ServiceState, TripState } from './steps'

const TRIP_COLOURS: Record<TripState, string> = {
  inquiry: 'grape',
  proposed: 'indigo',
  confirmed: 'teal',
  in_progress: 'tide',
  finished: 'gray',
  cancelled: 'red',
}

const SERVICE_COLOURS: Record<ServiceState, string> = {
  planned: 'gray',
  requested: 'yellow',
  confirmed: 'teal',
  declined: 'red',
  done: 'tide',
  cancelled: 'dark',
}

/** Words on light yellow: its own dark shade has not contrast enough (WCAG 1.4.3). */
export const AMBER = 'light-dark(#704700, #ffd866)'

export function tripStateName(state: TripState): string {
  return tv('shell.tripState', state)
}

export function serviceStateName(state: ServiceState): string {
  return tv('trips.serviceState', state)
}

export function TripBadge({ state, ...props }: { state: TripState } & BadgeProps) {
  return (
    <Badge color={TRIP_COLOURS[state]} miw="max-content" {...props}>
      {tripStateName(state)}
    </Badge>
  )
}

export function ServiceBadge({ state, ...props }: { state: ServiceState } & BadgeProps) {
  return (
    <Badge
      color={SERVICE_COLOURS[state]}
      variant={state === 'planned' ? 'outline' : 'light'}
      miw="max-content"
      {...(state === 'requested' && { c: AMBER })}
      {...props}
    >
      {serviceStateName(state)}
    </Badge>
  )
}
