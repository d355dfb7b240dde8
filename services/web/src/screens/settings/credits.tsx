import { Alert, Badge, Button, Group, NumberInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type ContractsAccountsCreditsBalance as Balance, type LedgerEntry, newKey, type Price, type PriceList } from '@/api'
import { locale, t } from '@/texts'
import { ChannelIcon } from '@/ui/channel'
import { type Column, DataTable } from '@/ui/data-table'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { Heading } from '@/ui/heading'
import { IconAlertTriangle, IconCoins, IconEdit, IconPlus } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Failure, Loaded, Loading } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import { Prices } from './prices'

/** What text messages cost, what is left, and where it went. */
export default function Credits() {
  const balance = useQuery({ queryKey: ['credits', 'balance'], queryFn: ({ signal }) => api.get('/credits', { signal }) })
  const prices = useQuery({ queryKey: ['credits', 'prices'], queryFn: ({ signal }) => api.get('/credits/prices', { signal }) })
  const [adding, setAdding] = useState(false)
  return (
    <section>
      <Heading title={t('settings.section.credits')} text={t('settings.credits.text')}>
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          {t('settings.credits.topUp')}
        </Button>
      </Heading>
      <Stack>
        <Loaded query={balance} loading={<Loading rows={1} />}>
          {(found) => <Standing balance={found} />}
        </Loaded>
        <Loaded query={prices} loading={<Loading rows={2} />}>
          {(list) => <Listed list={list} />}
        </Loaded>
        <Ledger />
      </Stack>
      {adding && <ToppingUp onClose={() => setAdding(false)} />}
    </section>
  )
}

function Listed({ list }: { list: PriceList }) {
  const { prices = [] } = list
  const [changing, setChanging] = useState(false)
  return (
    <Stack gap="xs">
      {prices.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('settings.credits.free')}
        </Text>
      ) : (
        <div className={section.table}>
          <DataTable rows={prices} columns={priceColumns()} keyOf={(each) => `${each.channel} ${each.mode} ${each.prefix}`} caption={t('settings.credits.prices')} />
        </div>
      )}
      <Button variant="default" size="xs" style={{ alignSelf: 'flex-start' }} leftSection={<IconEdit size={14} />} onClick={() => setChanging(true)}>
        {t('settings.credits.changePrices')}
      </Button>
      {changing && <Prices list={list} onClose={() => setChanging(false)} />}
    </Stack>
  )
}

function Standing({ balance: { balance, reserved, available, low } }: { balance: Balance }) {
  const numbers = [
    ['balance', balance],
    ['reserved', reserved],
    ['available', available],
  ] as const
  return (
    <>
      {low && (
        <Alert color="yellow" icon={<IconAlertTriangle size={18} />}>
          {t('settings.credits.low')}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {numbers.map(([name, number]) => (
          <div key={name} className={section.card}>
            <Text size="xs" c="dimmed">
              {t(`settings.credits.${name}`)}
            </Text>
            <Text size="xl" fw={650}>
              {number.toLocaleString(locale())}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </>
  )
}

function priceColumns(): readonly Column<Price>[] {
  return [
    {
      key: 'channel',
      title: t('settings.credits.what'),
      cell: ({ channel, prefix = '' }) => (
        <Group gap={8} wrap="nowrap">
          <ChannelIcon channel={channel} />
          {prefix === '' ? t('settings.credits.everywhere') : t('settings.credits.to', { prefix })}
        </Group>
      ),
    },
    { key: 'mode', title: t('settings.credits.mode'), cell: ({ mode }) => t(`settings.credits.modes.${mode}`) },
    { key: 'credits', title: t('settings.credits.each'), numeric: true, cell: ({ credits }) => credits.toLocaleString(locale()) },
  ]
}

function Ledger() {
  const query = useInfiniteQuery({
    queryKey: ['credits', 'ledger'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/credits/ledger', { query: { cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
  })
  const rows = query.data?.pages.flatMap((page) => page.entries)
  if (rows === undefined) return query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={4} />
  if (rows.length === 0) return <Empty icon={<IconCoins size={26} stroke={1.5} />} title={t('settings.credits.empty')} text={t('settings.credits.emptyText')} />
  return (
    <div className={section.table}>
      <DataTable
        rows={rows}
        columns={ledgerColumns()}
        keyOf={(each) => each.id}
        caption={t('settings.credits.ledger')}
        more={query.hasNextPage ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage } : undefined}
      />
    </div>
  )
}

function ledgerColumns(): readonly Column<LedgerEntry>[] {
  const number = (value: number) => value.toLocaleString(locale(), { signDisplay: 'exceptZero' })
  return [
    { key: 'at', title: t('settings.credits.at'), cell: ({ at }) => <Moment at={at} /> },
    {
      key: 'kind',
      title: t('settings.credits.kind'),
      cell: ({ kind, note, user_name }) => (
        <Group gap={8}>
          <Badge color={kind === 'topped_up' ? 'tide' : 'gray'}>{t(`settings.credits.kinds.${kind}`)}</Badge>
          <Text size="xs" c="dimmed">
            {[user_name, note].filter(Boolean).join(' · ')}
          </Text>
        </Group>
      ),
    },
    { key: 'amount', title: t('settings.credits.amount'), numeric: true, cell: ({ amount, held }) => number(amount === 0 ? held : amount) },
    { key: 'balance', title: t('settings.credits.balance'), numeric: true, from: 'xs', cell: ({ balance }) => balance.toLocaleString(locale()) },
  ]
}

function ToppingUp({ onClose }: { onClose: () => void }) {
  const [key] = useState(newKey)
  const queries = useQueryClient()
  const { form, submit, sending, problem } = useProblemForm<{ credits: number | string; note: string }>({
    initialValues: { credits: 1000, note: '' },
    send: ({ credits, note }) => api.post('/credits/ledger', { key, body: { credits: Number(credits), note: note.trim() } }),
    onSent: () => {
      toast.done(t('settings.credits.done'))
      void queries.invalidateQueries({ queryKey: ['credits'] })
      onClose()
    },
  })
  return (
    <Dialogue onClose={onClose} size="sm" title={t('settings.credits.topUp')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <NumberInput label={t('settings.credits.howMany')} required min={1} data-autofocus {...form.getInputProps('credits')} />
          <TextInput label={t('settings.credits.note')} {...form.getInputProps('note')} />
          <FormButtons sending={sending} onCancel={onClose} text={t('settings.credits.topUp')} />
        </Stack>
      </form>
    </Dialogue>
  )
}
