// How a planned service is shown, wherever it stands.

import { Text, type TextProps } from '@mantine/core'

import type { Service, ServiceDetails } from '@/api'
import { t, tv } from '@/texts'
import { clock, readerZone, whole, zoneName } from '@/time'
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

/** 09:30–11:00 in the service's own zone, or that it takes the whole day. */
export function hours({ details, starts_at }: Service): string {
  if (details.time == null) return t('trips.allDay')
  const begins = clock(starts_at, details.zone)
  if (!details.duration) return begins
  const ends = new Date(new Date(starts_at).getTime() + details.duration * 60_000)
  return `${begins}–${clock(ends, details.zone)}`
}

/** The hour of the day, in its own zone, at which a service begins; undefined for a whole day. */
export function hourOf({ details, starts_at }: Service): number | undefined {
  return details.time == null ? undefined : Number(clock(starts_at, details.zone).slice(0, 2))
}

interface HoursProps extends TextProps {
  service: Service
  /** The zone is said elsewhere, for all of them. */
  bare?: boolean
}

/** When a service is, on the clocks of its own place. The zone is named where it is not the reader's. */
export function Hours({ service, bare = false, ...text }: HoursProps) {
  const { zone, time } = service.details
  const foreign = time != null && !bare && zoneName(service.starts_at, zone) !== zoneName(service.starts_at, readerZone())
  return (
    <Text component="time" dateTime={service.starts_at} inherit title={time == null ? undefined : whole(service.starts_at, zone)} {...text}>
      {hours(service)}
      {foreign && (
        <Text component="span" display="block" inherit truncate c="dimmed" fw={400} fz="0.85em" lh={1.2}>
          {zoneName(service.starts_at, zone)}
        </Text>
      )}
    </Text>
  )
}
