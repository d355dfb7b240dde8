import { ActionIcon, Badge, Button, Menu, Stack, Text } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'

import { api, type ItinerarySummary } from '@/api'
import { MailingList, NewMailing } from '@/mailing'
import { useMay, useMe } from '@/queries'
import { t } from '@/texts'
import { dateIn, money, plainRange } from '@/time'
import { useAddress } from '@/trips/address'
import { nights } from '@/trips/days'
import { AMBER, TripBadge } from '@/trips/states'
import { TripForm } from '@/trips/trip-form'
import { type Column, DataTable } from '@/ui/data-table'
import { IconBeach, IconDots, IconMessages, IconPlus, IconSpeakerphone } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Page } from '@/ui/page'
import { Empty, Failure, Loading } from '@/ui/states'

import { type Filter, filterOf } from './filter'
import { Filters } from './filters'
import classes from './itineraries.module.css'
import { validateSearch } from './search'

const PAGE = 50

/** Every trip, by what somebody looks for; and a message to all that are found. */
export default function Itineraries() {
  const [search, put] = useAddress(validateSearch)
  const { organisation } = useMe()
  const { currency } = organisation.settings
  const maySend = useMay('SEND_MESSAGES')
  const [writing, setWriting] = useState(false)
  const [listed, setListed] = useState(false)
  const [now] = useState(() => new Date())
  const filter = filterOf(search, currency, now)
  const query = useInfiniteQuery({
    queryKey: ['itineraries', 'list', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/itineraries', { query: { ...filter, cursor, limit: PAGE }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const rows = query.data?.pages.flatMap((page) => page.itineraries)
  return (
    <Page
      title={t('itineraries.title')}
      actions={
        <>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="default" size={36} aria-label={t('itineraries.more')}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconMessages size={16} />} onClick={() => setListed(true)}>
                {t('itineraries.mailings')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          {maySend && (
            <Button variant="light" leftSection={<IconSpeakerphone size={16} />} disabled={rows?.length === 0} onClick={() => setWriting(true)}>
              {t('itineraries.writeToAll')}
            </Button>
          )}
          <NewTrip />
        </>
      }
    >
      <Filters search={search} currency={search.currency ?? currency} onPut={put} />
      {rows === undefined ? (
        query.isError ? (
          <Failure error={query.error} retry={() => void query.refetch()} />
        ) : (
          <Loading rows={8} />
        )
      ) : rows.length === 0 ? (
        <Nothing filter={filter} onClear={() => put(validateSearch({}))} />
      ) : (
        <div className={classes.card} style={{ opacity: query.isPlaceholderData ? 0.55 : 1 }}>
          <DataTable
            rows={rows}
            columns={columns()}
            keyOf={(each) => each.id}
            caption={t('itineraries.title')}
            href={(each) => `/itineraries/${each.id}`}
            more={query.hasNextPage ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage } : undefined}
          />
        </div>
      )}
      {writing && (
        <NewMailing
          selection={{ itineraries: filter }}
          label={t('itineraries.mailingLabel', { day: dateIn(now) })}
          onClose={() => setWriting(false)}
        />
      )}
      <MailingList opened={listed} onClose={() => setListed(false)} />
    </Page>
  )
}

function NewTrip() {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  if (!useMay('EDIT_ITINERARIES')) return null
  return (
    <>
      <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen(true)}>
        {t('trips.form.newTrip')}
      </Button>
      {open && (
        <TripForm
          onClose={() => setOpen(false)}
          onDone={(trip) => {
            void queries.invalidateQueries({ queryKey: ['itineraries'] })
            void navigate({ to: '/itineraries/$itineraryId', params: { itineraryId: trip.id } })
          }}
        />
      )}
    </>
  )
}

function Nothing({ filter, onClear }: { filter: Filter; onClear: () => void }) {
  const filtered = Object.keys(filter).length > 0
  return (
    <Empty
      icon={<IconBeach size={26} stroke={1.5} />}
      title={filtered ? t('itineraries.emptyFiltered') : t('itineraries.empty')}
      text={filtered ? t('itineraries.emptyFilteredText') : t('itineraries.emptyText')}
      action={
        filtered && (
          <Button variant="light" onClick={onClear}>
            {t('itineraries.clear')}
          </Button>
        )
      }
    />
  )
}

function columns(): readonly Column<ItinerarySummary>[] {
  return [
    { key: 'trip', title: t('itineraries.column.trip'), cell: (trip) => <Name trip={trip} /> },
    {
      key: 'stay',
      title: t('itineraries.column.stay'),
      from: 'sm',
      cell: ({ start, end }) => (
        <>
          <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
            {plainRange(start, end)}
          </Text>
          <Text size="xs" c="dimmed">
            {nights(start, end) > 0 && t('trips.nights', { count: nights(start, end) })}
          </Text>
        </>
      ),
    },
    { key: 'state', title: t('itineraries.column.state'), cell: ({ state }) => <TripBadge state={state} /> },
    { key: 'services', title: t('itineraries.column.services'), from: 'xl', numeric: true, cell: ({ services }) => services },
    {
      key: 'price',
      title: t('itineraries.column.price'),
      from: 'sm',
      numeric: true,
      cell: (trip) => <Price trip={trip} />,
    },
    {
      key: 'made',
      title: t('itineraries.column.made'),
      from: 'xl',
      cell: ({ created_at }) => created_at != null && <Moment at={created_at} c="dimmed" />,
    },
  ]
}

function Name({ trip }: { trip: ItinerarySummary }) {
  return (
    <span>
      <span className={classes.title} title={trip.title}>
        {trip.title}
      </span>
      <Text component="span" size="xs" c="dimmed">
        {trip.reference}
        {trip.lead_guest != null && ` · ${trip.lead_guest}`}
      </Text>
    </span>
  )
}

function Price({ trip }: { trip: ItinerarySummary }) {
  if (trip.price == null) return '–'
  return (
    <Stack gap={2} align="flex-end">
      <Text fw={600} size="sm" style={{ whiteSpace: 'nowrap' }}>
        {money(trip.price.amount, trip.price.currency)}
      </Text>
      {trip.overdue ? (
        <Badge size="sm" color="red" miw="max-content">
          {t('itineraries.overdue')}
        </Badge>
      ) : (
        trip.payment_incomplete && (
          <Badge size="sm" color="yellow" c={AMBER} miw="max-content">
            {t('itineraries.incomplete')}
          </Badge>
        )
      )}
    </Stack>
  )
}
