import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { api, type OptOut } from '@/api'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { useAddress } from '@/trips/address'
import { type Column, DataTable } from '@/ui/data-table'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons } from '@/ui/form'
import { Heading } from '@/ui/heading'
import { IconBan, IconSearch } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import section from '@/ui/section.module.css'
import { Empty, Failure, Loading } from '@/ui/states'
import { toast } from '@/ui/toast'

import { validateSearch } from './search'

const TYPED = 300 // ms after the last key in which nothing is asked
const LISTED = ['messages', 'opt-outs'] // a text that comes in may be another one

/** Numbers that get no texts any more, since somebody there said so. */
export default function OptOuts() {
  const [{ number }, put] = useAddress(validateSearch)
  const mayLift = useMay('CONFIGURE_CHANNELS')
  const [lifted, setLifted] = useState<OptOut>()
  const find = useDebouncedCallback((typed: string) => put({ number: typed.trim() || undefined }), TYPED)
  const query = useInfiniteQuery({
    queryKey: [...LISTED, number],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/sms/opt-outs', { query: { number, cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const rows = query.data?.pages.flatMap((page) => page.opt_outs)
  return (
    <section>
      <Heading title={t('settings.section.opt-outs')} text={t('settings.optOuts.text')} />
      <TextInput
        type="search"
        inputMode="tel"
        maw={320}
        mb="sm"
        aria-label={t('settings.optOuts.find')}
        placeholder={t('settings.optOuts.find')}
        leftSection={<IconSearch size={16} />}
        maxLength={40}
        defaultValue={number ?? ''}
        onChange={(event) => find(event.currentTarget.value)}
      />
      {rows === undefined ? (
        query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={6} />
      ) : rows.length === 0 ? (
        <Empty
          icon={<IconBan size={26} stroke={1.5} />}
          title={t(number === undefined ? 'settings.optOuts.empty' : 'settings.optOuts.notFound')}
          text={t(number === undefined ? 'settings.optOuts.emptyText' : 'settings.optOuts.notFoundText')}
        />
      ) : (
        <div className={section.table} style={{ opacity: query.isPlaceholderData ? 0.55 : 1 }}>
          <DataTable
            rows={rows}
            columns={columns(mayLift ? setLifted : undefined)}
            keyOf={(each) => each.number}
            caption={t('settings.section.opt-outs')}
            more={query.hasNextPage ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage } : undefined}
          />
        </div>
      )}
      {lifted && <Lifting number={lifted.number} onClose={() => setLifted(undefined)} />}
    </section>
  )
}

function columns(lift: ((row: OptOut) => void) | undefined): readonly Column<OptOut>[] {
  return [
    {
      key: 'number',
      title: t('settings.optOuts.number'),
      cell: ({ number, word, at }) => (
        <>
          <Anchor size="sm" fw={550} renderRoot={(props) => <Link {...props} to="/contacts" search={{ q: number }} title={t('settings.optOuts.who')} />}>
            {number}
          </Anchor>
          <Text size="xs" c="dimmed" truncate maw={150} hiddenFrom="sm">
            {word} · <Moment at={at} inherit />
          </Text>
        </>
      ),
    },
    {
      key: 'word',
      title: t('settings.optOuts.word'),
      from: 'sm',
      cell: ({ word }) => (
        <Text size="sm" truncate maw={220} title={word}>
          {word}
        </Text>
      ),
    },
    { key: 'at', title: t('settings.optOuts.at'), from: 'sm', cell: ({ at }) => <Moment at={at} c="dimmed" /> },
    ...(lift
      ? [
          {
            key: 'lift',
            title: t('settings.optOuts.lift'),
            quiet: true,
            numeric: true,
            cell: (row: OptOut) => (
              <Button size="compact-sm" variant="default" aria-label={t('settings.optOuts.liftOf', { number: row.number })} onClick={() => lift(row)}>
                {t('settings.optOuts.lift')}
              </Button>
            ),
          },
        ]
      : []),
  ]
}

function Lifting({ number, onClose }: { number: string; onClose: () => void }) {
  const queries = useQueryClient()
  const lifting = useMutation({
    mutationFn: () => api.delete('/sms/opt-outs', { query: { number } }),
    onSuccess: () => {
      toast.done(t('settings.optOuts.lifted', { number }))
      onClose()
    },
    // Where it failed somebody else may have been faster.
    onSettled: () => queries.invalidateQueries({ queryKey: LISTED }),
  })
  return (
    <Dialogue onClose={onClose} size="sm" title={t('settings.optOuts.liftOf', { number })}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          lifting.mutate()
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{t('settings.optOuts.sure')}</Text>
          <Text size="sm" c="dimmed">
            {t('settings.optOuts.carrier')}
          </Text>
          <FormButtons sending={lifting.isPending} onCancel={onClose} text={t('settings.optOuts.lift')} />
        </Stack>
      </form>
    </Dialogue>
  )
}
