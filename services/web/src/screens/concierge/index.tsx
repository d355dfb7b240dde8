import { ActionIcon, Button, Group, SegmentedControl, Select, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type ConciergeService } from '@/api'
import { type Occasion, Outreach, type Planned, type Trip } from '@/outreach'
import { SelectionBar } from '@/outreach/selection-bar'
import { t, tv } from '@/texts'
import { dateIn, plainDay, plainRange } from '@/time'
import { useAddress } from '@/trips/address'
import { addDays, mondayOf } from '@/trips/days'
import { KINDS } from '@/trips/kinds'
import { ServiceDrawer } from '@/trips/service-drawer'
import { serviceStateName } from '@/trips/states'
import { SERVICE_STATES } from '@/trips/steps'
import { ContactSelect } from '@/trips/contact-select'
import { IconChevronLeft, IconChevronRight, IconSearch } from '@/ui/icons'
import { type Key, useKeys } from '@/ui/keys'
import { Page } from '@/ui/page'
import { Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'

import { Calendar } from './calendar'
import classes from './concierge.module.css'
import { type Search, validateSearch } from './search'
import { asTheyAre } from './selected'

const TYPED = 300 // ms after the last key in which nothing is asked

interface Wanted {
  occasion: Occasion
  services: readonly Planned[]
  trips: readonly Trip[]
}

/** Every service of every trip by day and hour; what is selected is written about in one go. */
export default function Concierge() {
  const [search, put] = useAddress(validateSearch)
  const queries = useQueryClient()
  // What was selected stays so on other days, and behind other filters.
  const [selected, setSelected] = useState<ReadonlyMap<string, ConciergeService>>(new Map())
  const [open, setOpen] = useState<ConciergeService>()
  const [wanted, setWanted] = useState<Wanted | null>(null)

  const today = dateIn(new Date())
  const date = search.date ?? today
  const length = search.view === 'day' ? 1 : 7
  const start = search.view === 'day' ? date : mondayOf(date)
  const dates = Array.from({ length }, (_, index) => addDays(start, index))
  const end = dates.at(-1) ?? start
  const days = useQuery({
    queryKey: ['concierge', start, end, search.supplier, search.state, search.kind, search.q],
    queryFn: ({ signal }) =>
      api.get('/concierge', {
        query: { start, end, supplier_id: search.supplier, state: search.state, kind: search.kind, q: search.q },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

  const toggle = (services: readonly ConciergeService[], on: boolean) =>
    setSelected((before) => {
      const after = new Map(before)
      services.forEach((each) => (on ? after.set(each.service.id, each) : after.delete(each.service.id)))
      return after
    })
  const forget = (ids: readonly string[]) => setSelected((before) => new Map([...before].filter(([id]) => !ids.includes(id))))
  const want = async (occasion: Occasion) => {
    if (selected.size === 0) return
    const ids = [...new Set([...selected.values()].map((each) => each.service.itinerary_id))]
    try {
      const trips = await Promise.all(
        ids.map((id) =>
          queries.query({
            queryKey: ['itineraries', 'one', id],
            queryFn: ({ signal }) => api.get('/itineraries/{id}', { path: { id }, signal }),
          }),
        ),
      )
      setWanted({ occasion, services: asTheyAre(selected, trips), trips: occasion.whom === 'supplier' ? [] : trips })
    } catch (error) {
      toast.failure(error)
    }
  }
  const move = (steps: number) => put({ date: addDays(date, steps * length) })
  const keys: Key[] = [
    { key: 'ArrowLeft', text: 'concierge.back', run: () => move(-1) },
    { key: 'ArrowRight', text: 'concierge.forward', run: () => move(1) },
    { key: '0', text: 'concierge.today', run: () => put({ date: undefined }) },
    { key: '1', text: 'concierge.day', run: () => put({ view: 'day' }) },
    { key: '7', text: 'concierge.week', run: () => put({ view: undefined }) },
    { key: 'p', text: 'trips.purchaseOrder', run: () => void want({ kind: 'purchase_order', whom: 'supplier' }) },
    { key: 'd', text: 'trips.dutyMessage', run: () => void want({ kind: 'duty_message', whom: 'supplier' }) },
    { key: 's', text: 'trips.contactSupplier', run: () => void want({ kind: 'message', whom: 'supplier' }) },
    { key: 't', text: 'trips.contactTraveller', run: () => void want({ kind: 'message', whom: 'traveller' }) },
  ]
  // While a dialogue is open its letters are none of these.
  useKeys('concierge.keys.title', wanted === null && open === undefined ? keys : [])

  return (
    <Page title={t('concierge.title')} full actions={<Moving label={length === 1 ? plainDay(date) : plainRange(start, end)} view={search.view} onMove={move} onPut={put} />}>
      <div className={classes.screen}>
        <Filters search={search} onPut={put} />
        <div className={classes.scroller} aria-busy={days.isPlaceholderData}>
          <Loaded query={days}>
            {(data) => (
              <Calendar
                dates={dates}
                days={data}
                today={today}
                selected={selected}
                onToggle={toggle}
                onOpen={setOpen}
                onDay={(day) => put({ view: 'day', date: day })}
                filtered={[search.supplier, search.state, search.kind, search.q].some((each) => each !== undefined)}
                onClear={() => put({ supplier: undefined, state: undefined, kind: undefined, q: undefined })}
              />
            )}
          </Loaded>
          <SelectionBar
            count={selected.size}
            suppliers={new Set([...selected.values()].map((each) => each.service.details.supplier_id ?? '')).size}
            onWant={(occasion) => void want(occasion)}
            onClear={() => setSelected(new Map())}
          />
        </div>
      </div>
      <ServiceDrawer service={open?.service} {...(open && { trip: { reference: open.reference, title: open.title } })} onClose={() => setOpen(undefined)} />
      <Outreach
        occasion={wanted?.occasion ?? null}
        services={wanted?.services ?? []}
        trips={wanted?.trips ?? []}
        fromConcierge
        onClose={() => setWanted(null)}
        onSent={(services) => forget(services.map((each) => each.service.id))}
      />
    </Page>
  )
}

interface MovingProps {
  label: string
  view: Search['view']
  onMove: (steps: number) => void
  onPut: (change: Partial<Search>) => void
}

function Moving({ label, view, onMove, onPut }: MovingProps) {
  return (
    <>
      <Group gap={4} wrap="nowrap">
        <Tooltip label={t('concierge.back')}>
          <ActionIcon variant="default" size={32} aria-label={t('concierge.back')} onClick={() => onMove(-1)}>
            <IconChevronLeft size={17} />
          </ActionIcon>
        </Tooltip>
        <Button variant="default" size="xs" h={32} onClick={() => onPut({ date: undefined })}>
          {t('concierge.today')}
        </Button>
        <Tooltip label={t('concierge.forward')}>
          <ActionIcon variant="default" size={32} aria-label={t('concierge.forward')} onClick={() => onMove(1)}>
            <IconChevronRight size={17} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <span className={classes.range} role="status">
        {label}
      </span>
      <SegmentedControl
        size="xs"
        aria-label={t('concierge.view')}
        value={view ?? 'week'}
        onChange={(value) => onPut({ view: value === 'day' ? 'day' : undefined })}
        data={[
          { value: 'week', label: t('concierge.week') },
          { value: 'day', label: t('concierge.day') },
        ]}
      />
    </>
  )
}

function Filters({ search, onPut }: { search: Search; onPut: (change: Partial<Search>) => void }) {
  const find = useDebouncedCallback((q: string) => onPut({ q: q.trim() || undefined }), TYPED)
  return (
    <div className={classes.filters} role="search" aria-label={t('concierge.filters')}>
      <TextInput
        size="xs"
        type="search"
        aria-label={t('concierge.find')}
        placeholder={t('concierge.find')}
        leftSection={<IconSearch size={14} />}
        defaultValue={search.q ?? ''}
        onChange={(event) => find(event.currentTarget.value)}
      />
      <ContactSelect
        kind="supplier"
        size="xs"
        aria-label={t('concierge.supplier')}
        placeholder={t('concierge.anySupplier')}
        value={search.supplier}
        onChange={(supplier) => onPut({ supplier })}
      />
      <Select
        size="xs"
        aria-label={t('concierge.state')}
        placeholder={t('concierge.anyState')}
        clearable
        value={search.state ?? null}
        onChange={(state) => onPut({ state: SERVICE_STATES.find((each) => each === state) })}
        data={SERVICE_STATES.map((value) => ({ value, label: serviceStateName(value) }))}
      />
      <Select
        size="xs"
        aria-label={t('concierge.kind')}
        placeholder={t('concierge.anyKind')}
        clearable
        value={search.kind ?? null}
        onChange={(kind) => onPut({ kind: KINDS.find((each) => each === kind) })}
        data={KINDS.map((value) => ({ value, label: tv('trips.kind', value) }))}
      />
    </div>
  )
}
