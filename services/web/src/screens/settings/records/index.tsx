import { Button, Text, UnstyledButton } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { addressOf, api, type AuditEntry } from '@/api'
import { t } from '@/texts'
import { useAddress } from '@/trips/address'
import { type Column, DataTable } from '@/ui/data-table'
import { Heading } from '@/ui/heading'
import { IconDownload, IconListCheck } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Failure, Loading } from '@/ui/states'
import section from '@/ui/section.module.css'

import { validateSearch } from '../search'
import { filterOf } from './filter'
import { Filters } from './filters'
import { Record } from './record'
import classes from './records.module.css'
import { gistOf, titleOf, whoOf } from './words'

/** Who did what, when, to what, and from where. */
export default function Records() {
  const [search, put] = useAddress(validateSearch)
  const [open, setOpen] = useState<AuditEntry>()
  const filter = filterOf(search)
  const query = useInfiniteQuery({
    queryKey: ['audit', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/audit', { query: { ...filter, cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0, // no event tells of entries
  })
  const rows = query.data?.pages.flatMap((page) => page.entries)
  return (
    <section>
      <Heading title={t('settings.section.records')} text={t('records.text')}>
        <Button component="a" variant="default" leftSection={<IconDownload size={16} />} href={addressOf('/audit.csv', { query: filter })} download>
          {t('records.export')}
        </Button>
      </Heading>
      <Filters search={search} onPut={put} />
      {rows === undefined ? (
        query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={8} />
      ) : rows.length === 0 ? (
        <Empty icon={<IconListCheck size={26} stroke={1.5} />} title={t('records.empty')} text={t('records.emptyText')} />
      ) : (
        <div className={section.table} style={{ opacity: query.isPlaceholderData ? 0.55 : 1 }}>
          <DataTable
            rows={rows}
            columns={columns(setOpen)}
            keyOf={(each) => each.id}
            caption={t('settings.section.records')}
            more={query.hasNextPage ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage } : undefined}
          />
        </div>
      )}
      <Record
        entry={open}
        onClose={() => setOpen(undefined)}
        onOnly={(change) => {
          setOpen(undefined)
          put(change)
        }}
      />
    </section>
  )
}

function columns(onOpen: (entry: AuditEntry) => void): readonly Column<AuditEntry>[] {
  return [
    { key: 'at', title: t('records.at'), width: 90, from: 'xs', cell: ({ at }) => <Moment at={at} c="dimmed" /> },
    {
      key: 'who',
      title: t('records.who'),
      from: 'sm',
      width: 150,
      cell: (entry) => (
        <Text size="sm" truncate maw={150} title={whoOf(entry)}>
          {whoOf(entry)}
        </Text>
      ),
    },
    {
      key: 'what',
      title: t('records.what'),
      cell: (entry) => (
        <UnstyledButton className={classes.what} onClick={() => onOpen(entry)}>
          <Text size="sm" fw={600}>
            {titleOf(entry)}
          </Text>
          <Text size="xs" c="dimmed" className={classes.gist}>
            {gistOf(entry)}
          </Text>
          <Text size="xs" c="dimmed" hiddenFrom="sm">
            {whoOf(entry)}
            <Text span inherit hiddenFrom="xs">
              {' · '}
              <Moment at={entry.at} />
            </Text>
          </Text>
        </UnstyledButton>
      ),
    },
    { key: 'from', title: t('records.from'), from: 'lg', width: 130, cell: ({ remote }) => <Text size="xs" c="dimmed">{remote}</Text> },
  ]
}
