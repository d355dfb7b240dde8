import { Button, Checkbox, Group, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { useState } from 'react'

import type { Itinerary, Service } from '@/api'
import type { Occasion } from '@/outreach'
import { SelectionBar } from '@/outreach/selection-bar'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { plainDay } from '@/time'
import { byDay } from '@/trips/days'
import { Hours, KindIcon, supplierOf, zoneOf } from '@/trips/service'
import { ServiceDrawer } from '@/trips/service-drawer'
import { ServiceForm } from '@/trips/service-form'
import { ServiceStateMenu } from '@/trips/state-menu'
import { isOff } from '@/trips/steps'
import { IconCalendarEvent, IconPlus } from '@/ui/icons'
import { type Key, useKeys } from '@/ui/keys'
import { Empty } from '@/ui/states'

import type { Wanted } from './index'
import classes from './itinerary.module.css'

interface ServicesProps {
  trip: Itinerary
  /** The service whose details are open. */
  open: string | undefined
  onOpen: (id: string | undefined) => void
  onWant: (wanted: Wanted) => void
  /** A dialogue is open. */
  busy: boolean
}

/** What is planned, day by day on the clocks of the place; what is selected can be written about. */
export function Services({ trip, open, onOpen, onWant, busy }: ServicesProps) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  // A service that was removed meanwhile is selected no more.
  const chosen = trip.services.filter((each) => selected.has(each.id))
  const toggle = (ids: readonly string[], on: boolean) =>
    setSelected((before) => {
      const after = new Set(before)
      ids.forEach((id) => (on ? after.add(id) : after.delete(id)))
      return after
    })
  const want = (occasion: Occasion) => {
    if (chosen.length === 0) return
    onWant({
      occasion,
      services: chosen.map((service) => ({ service, reference: trip.reference, title: trip.details.title })),
      onSent: (sent) => toggle(sent.map((each) => each.service.id), false),
    })
  }
  const keys: Key[] = [
    { key: 'a', text: 'itinerary.keys.all', run: () => toggle(trip.services.map((each) => each.id), chosen.length < trip.services.length) },
    { key: 'p', text: 'itinerary.keys.order', run: () => want({ kind: 'purchase_order', whom: 'supplier' }) },
    { key: 'd', text: 'itinerary.keys.duty', run: () => want({ kind: 'duty_message', whom: 'supplier' }) },
    { key: 's', text: 'itinerary.keys.supplier', run: () => want({ kind: 'message', whom: 'supplier' }) },
    { key: 't', text: 'itinerary.keys.traveller', run: () => want({ kind: 'message', whom: 'traveller' }) },
  ]
  // While a dialogue is open its letters are none of these.
  useKeys('itinerary.keys.title', busy || open !== undefined ? [] : keys)
  if (trip.services.length === 0) {
    return (
      <Empty
        icon={<IconCalendarEvent size={26} stroke={1.5} />}
        title={t('itinerary.noServices')}
        text={t('itinerary.noServicesText')}
        action={<AddService trip={trip} />}
      />
    )
  }
  return (
    <>
      <Group justify="flex-end" mb={-10}>
        <AddService trip={trip} />
      </Group>
      <Stack gap={0}>
        {byDay(trip.services).map(([date, services]) => (
          <Day key={date} date={date} services={services} selected={selected} onToggle={toggle} onOpen={onOpen} />
        ))}
      </Stack>
      <SelectionBar
        count={chosen.length}
        suppliers={new Set(chosen.map((each) => each.details.supplier_id ?? '')).size}
        onWant={want}
        onClear={() => setSelected(new Set())}
      />
      <ServiceDrawer
        service={trip.services.find((each) => each.id === open)}
        onClose={() => onOpen(undefined)}
        actions={
          open !== undefined && (
            <Button size="xs" variant="light" onClick={() => {
                toggle([open], true)
                onOpen(undefined)
              }}>
              {t('itinerary.selectThis')}
            </Button>
          )
        }
      />
    </>
  )
}

/** Plans one more; probably on the last day that has any, for all who travel. */
function AddService({ trip }: { trip: Itinerary }) {
  const [adding, setAdding] = useState(false)
  const { start, zone, guests } = trip.details
  const last = trip.services.at(-1)?.details
  if (!useMay('EDIT_ITINERARIES')) return null
  return (
    <>
      <Button size="xs" leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
        {t('trips.form.new')}
      </Button>
      {adding && (
        <ServiceForm
          itineraryId={trip.id}
          likely={{ date: last?.date ?? start, zone: last?.zone ?? zone, pax: last?.pax ?? Math.max(guests?.length ?? 1, 1) }}
          onClose={() => setAdding(false)}
        />
      )}
    </>
  )
}

interface DayProps {
  date: string
  services: readonly Service[]
  selected: ReadonlySet<string>
  onToggle: (ids: readonly string[], on: boolean) => void
  onOpen: (id: string) => void
}

function Day({ date, services, selected, onToggle, onOpen }: DayProps) {
  const ids = services.map((each) => each.id)
  const count = ids.filter((id) => selected.has(id)).length
  const zones = new Set(services.filter((each) => each.details.time != null).map((each) => zoneOf(each)))
  const [zone] = zones
  return (
    <section>
      <div className={classes.day}>
        <Group gap="sm">
          <Checkbox
            aria-label={t('trips.select', { name: plainDay(date) })}
            checked={count === ids.length}
            indeterminate={count > 0 && count < ids.length}
            onChange={(event) => onToggle(ids, event.currentTarget.checked)}
            ml={8}
          />
          <Title order={2} size="h4">
            {plainDay(date)}
          </Title>
        </Group>
        {zones.size === 1 && zone !== undefined && (
          <Text size="xs" c="dimmed">
            {t('trips.timesIn', { zone })}
          </Text>
        )}
      </div>
      <div className={classes.card}>
        {services.map((each) => (
          <Row
            key={each.id}
            service={each}
            selected={selected.has(each.id)}
            bare={zones.size === 1}
            onSelect={(on) => onToggle([each.id], on)}
            onOpen={() => onOpen(each.id)}
          />
        ))}
      </div>
    </section>
  )
}

interface RowProps {
  service: Service
  selected: boolean
  bare: boolean
  onSelect: (on: boolean) => void
  onOpen: () => void
}

function Row({ service, selected, bare, onSelect, onOpen }: RowProps) {
  const it = service.details
  const where = [supplierOf(it), it.place, t('trips.pax', { count: it.pax ?? 1 })]
  return (
    <div className={classes.service} data-selected={selected} data-off={isOff(it.state)}>
      <Checkbox aria-label={t('trips.select', { name: it.name })} checked={selected} onChange={(event) => onSelect(event.currentTarget.checked)} />
      <span className={classes.hours}>
        <Hours service={service} bare={bare} />
      </span>
      <UnstyledButton className={classes.open} data-service onClick={onOpen}>
        <span className={classes.name} title={it.name}>
          <KindIcon kind={it.kind} />
          <Text component="span" inherit truncate>
            {it.name}
          </Text>
        </span>
        <Text component="span" display="block" size="xs" c="dimmed" truncate title={where.filter(Boolean).join(' · ')}>
          {where.filter(Boolean).join(' · ')}
        </Text>
      </UnstyledButton>
      <ServiceStateMenu service={service} />
    </div>
  )
}
