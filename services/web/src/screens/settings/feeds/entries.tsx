import { Anchor, Badge, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { api, type CalendarEntry, type Feed } from '@/api'
import { said, t } from '@/texts'
import { plainRange } from '@/time'
import { type Column, DataTable } from '@/ui/data-table'
import { Drawer } from '@/ui/dialogue'
import { Empty, Failure, Loading } from '@/ui/states'
import section from '@/ui/section.module.css'

import { KEY } from './values'

const COLOURS: Record<CalendarEntry['kind'], string> = { stay: 'tide', block: 'gray', refused: 'red' }

/** What a calendar has, and what became of each entry. */
export function Entries({ feed: { id, name }, onClose }: { feed: Feed; onClose: () => void }) {
  const query = useInfiniteQuery({
    queryKey: [...KEY, 'entries', id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/feeds/{id}/entries', { path: { id }, query: { cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    staleTime: 0,
  })
  const rows = query.data?.pages.flatMap((page) => page.entries)
  return (
    <Drawer opened onClose={onClose} size="lg" title={t('feeds.entriesOf', { name })}>
      {rows === undefined ? (
        query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={6} />
      ) : rows.length === 0 ? (
        <Empty title={t('feeds.noEntries')} text={t('feeds.noEntriesText')} />
      ) : (
        <div className={section.table}>
          <DataTable
            rows={rows}
            columns={columns()}
            keyOf={(each) => each.uid}
            caption={t('feeds.entries')}
            more={query.hasNextPage ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage } : undefined}
          />
        </div>
      )}
    </Drawer>
  )
}

function columns(): readonly Column<CalendarEntry>[] {
  return [
    {
      key: 'days',
      title: t('feeds.days'),
      cell: ({ start, end, itinerary_id: trip }) => {
        const days = start === null || end === null ? '–' : plainRange(start, end)
        if (trip === null) return <Text size="sm">{days}</Text>
        return (
          <Anchor size="sm" fw={600} renderRoot={(props) => <Link {...props} to="/itineraries/$itineraryId" params={{ itineraryId: trip }} />}>
            {days}
          </Anchor>
        )
      },
    },
    {
      key: 'kind',
      title: t('feeds.became'),
      cell: ({ kind, reason }) => (
        <>
          <Badge color={COLOURS[kind]}>{t(`feeds.kind.${kind}`)}</Badge>
          {reason !== '' && (
            <Text size="xs" c="dimmed" mt={2}>
              {said(reason)}
            </Text>
          )}
        </>
      ),
    },
  ]
}
