// How a planned service is shown, wherever it stands.

import { Text, type TextProps } from '@mantine/core'

import type { Service, ServiceDetails } from '@/api'
import { t, tv } from '@/texts'
import { city, clock, plainDay, readerZone } from '@/time'
import { type Icon, IconBed, IconCar, IconMap, IconRoute, IconTicket, IconToolsKitchen2 } from '@/ui/icons'

import type { ServiceKind } from './kinds'

const ICONS: Record<ServiceKind, Icon> = {
  transfer: IconCar,
  tour: IconMap,
  stay: IconBed,
  activity: IconTicket,
  meal: IconToolsKitchen2,
  other: IconRoute,
}

/** The sign of what a service is, with its name for who cannot see it. */
export function KindIcon({ kind, size = 17 }: { kind: ServiceKind; size?: number }) {
  const Sign = ICONS[kind]
  return <Sign size={size} stroke={1.6} role="img" aria-label={tv('trips.kind', kind)} style={{ flexShrink: 0 }} />
}

/** What the supplier is called, or that there is none. */
export function supplierOf({ supplier_name }: Pick<ServiceDetails, 'supplier_name'>): string {
  return supplier_name === undefined || supplier_name === '' ? t('trips.noSupplier') : supplier_name
}

const MINUTE = 60_000

/**
 * 09:30–11:00 on the clocks of the place, or that it takes the whole day. They are read off what was
 * written, and not off the moment: of the rules of a zone the browser may know others than the server.
 */
export function hours({ details, starts_at }: Service): string {
  if (details.time == null) return t('trips.allDay')
  const begins = details.time.slice(0, 5)
  if (!details.duration) return begins
  const last = Date.parse(starts_at) + details.duration * MINUTE
  return `${begins}–${clock(new Date(last + aheadOf({ details, starts_at })), 'UTC')}`
}

/** How far the clocks of its place are ahead of UTC when it begins. */
function aheadOf({ details, starts_at }: Pick<Service, 'details' | 'starts_at'>): number {
  return Date.parse(`${details.date}T${(details.time ?? '00:00').slice(0, 5)}Z`) - Date.parse(starts_at)
}

/** Madeira (GMT+1): the place whose clocks a service is told by. */
export function zoneOf(service: Service): string {
  const minutes = Math.round(aheadOf(service) / MINUTE)
  const rest = Math.abs(minutes) % 60
  const offset = `${minutes < 0 ? '-' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
  return `${city(service.details.zone)} (GMT${minutes === 0 ? '' : offset})`
}

/** The hour of the day, in its own zone, at which a service begins; undefined for a whole day. */
export function hourOf({ details }: Service): number | undefined {
  return details.time == null ? undefined : Number(details.time.slice(0, 2))
}

interface HoursProps extends TextProps {
  service: Service
  /** The zone is said elsewhere, for all of them. */
  bare?: boolean
}

/** When a service is, on the clocks of its own place. The zone is named where it is not the reader's. */
export function Hours({ service, bare = false, ...text }: HoursProps) {
  const { zone, time } = service.details
  const foreign = time != null && !bare && zone !== readerZone()
  return (
    <Text component="time" dateTime={service.starts_at} inherit title={time == null ? undefined : `${plainDay(service.details.date)}, ${hours(service)} ${zoneOf(service)}`} {...text}>
      {hours(service)}
      {foreign && (
        <Text component="span" display="block" inherit c="dimmed" fw={400} fz="0.85em" lh={1.2}>
          {zoneOf(service)}
        </Text>
      )}
    </Text>
  )
}
