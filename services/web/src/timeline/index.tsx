import { Box, Button, Select, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'

import type { Channel } from '@/api'
import { t, tv } from '@/texts'
import { day, readerZone } from '@/time'
import { Empty, Failure, Loading } from '@/ui/states'
import { VirtualList } from '@/ui/virtual-list'

import { Entry } from './entry'
import { type Filters, SIDES } from './filters'
import { keyOf, type Source, timelineQuery, withDays } from './messages'
import { Scheduled } from './scheduled'
import classes from './timeline.module.css'

const CHANNELS: readonly Channel[] = ['email', 'whatsapp', 'sms']
const ROW = 110 // pixels, about

interface TimelineProps {
  source: Source
  filters: Filters
  onFilters: (filters: Filters) => void
  /** Who can be picked by name. */
  people?: readonly { id: string; name: string }[]
  /** Trips that it can be narrowed to. */
  trips?: readonly { id: string; reference: string; title: string }[]
}

/** Every message of a trip, or with a person, over all channels, as it happens. Fills its parent. */
export function Timeline({ source, filters, onFilters, people = [], trips = [] }: TimelineProps) {
  const query = useInfiniteQuery(timelineQuery(source, filters))
  const [since] = useState(() => new Date().toISOString())
  const messages = query.data?.pages.flatMap((page) => page.messages) ?? []
  const rows = withDays(messages, readerZone())
  const filtered = Object.values(filters).some((each) => each !== undefined)
  return (
    <Box component="section" aria-label={t('timeline.title')} className={classes.panel}>
      <FilterBar filters={filters} onFilters={onFilters} people={people} trips={trips} bySide={'itineraryId' in source} />
      {'itineraryId' in source && <Scheduled itineraryId={source.itineraryId} />}
      <div className={classes.rows}>
        {query.data === undefined ? (
          query.isError ? (
            <Failure error={query.error} retry={() => void query.refetch()} />
          ) : (
            <Loading rows={6} />
          )
        ) : rows.length === 0 ? (
          <Empty
            title={filtered ? t('timeline.emptyFiltered') : t('timeline.empty')}
            text={filtered ? t('timeline.emptyFilteredText') : t('itineraryId' in source ? 'timeline.emptyText' : 'timeline.emptyTextPerson')}
            action={
              filtered && (
                <Button variant="light" size="xs" onClick={() => onFilters({})}>
                  {t('timeline.clear')}
                </Button>
              )
            }
          />
        ) : (
          <VirtualList
            items={rows}
            keyOf={keyOf}
            rowHeight={ROW}
            label={t('timeline.title')}
            hasMore={query.hasNextPage}
            onEnd={() => {
              if (!query.isFetchingNextPage) void query.fetchNextPage()
            }}
          >
            {(row) =>
              'day' in row ? (
                <Text className={classes.day} component="h2" m={0}>
                  {day(row.at)}
                </Text>
              ) : (
                <Entry message={row.message} fresh={row.message.at > since} />
              )
            }
          </VirtualList>
        )}
      </div>
    </Box>
  )
}

interface FilterBarProps extends Required<Pick<TimelineProps, 'filters' | 'onFilters' | 'people' | 'trips'>> {
  bySide: boolean
}

function FilterBar({ filters, onFilters, people, trips, bySide }: FilterBarProps) {
  return (
    <div className={classes.filters} role="group" aria-label={t('timeline.filters')}>
      {bySide && (
        <Select
          size="xs"
          aria-label={t('timeline.side')}
          placeholder={t('timeline.everybody')}
          clearable
          value={filters.side ?? null}
          onChange={(side) => onFilters({ ...filters, side: side ?? undefined, person: undefined })}
          data={SIDES.map((side) => ({ value: side, label: t(`timeline.${side}`) }))}
        />
      )}
      {people.length > 0 && (
        <Select
          size="xs"
          aria-label={t('timeline.person')}
          placeholder={t('timeline.anyPerson')}
          clearable
          searchable
          value={filters.person ?? null}
          onChange={(person) => onFilters({ ...filters, person: person ?? undefined })}
          data={people.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      {trips.length > 0 && (
        <Select
          size="xs"
          aria-label={t('timeline.trip')}
          placeholder={t('timeline.anyTrip')}
          clearable
          searchable
          value={filters.trip ?? null}
          onChange={(trip) => onFilters({ ...filters, trip: trip ?? undefined })}
          data={trips.map(({ id, reference, title }) => ({ value: id, label: `${reference} · ${title}` }))}
        />
      )}
      <Select
        size="xs"
        aria-label={t('timeline.channel')}
        placeholder={t('timeline.anyChannel')}
        clearable
        value={filters.channel ?? null}
        onChange={(channel) => onFilters({ ...filters, channel: channel ?? undefined })}
        data={CHANNELS.map((channel) => ({ value: channel, label: tv('ui.channel', channel) }))}
      />
    </div>
  )
}
