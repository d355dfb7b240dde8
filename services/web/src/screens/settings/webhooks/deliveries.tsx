import { Badge, Button, Group, Select, Stack, Text, UnstyledButton } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Webhook, type WebhookDelivery, type WebhookDeliveryState } from '@/api'
import { said, t } from '@/texts'
import { type Column, DataTable } from '@/ui/data-table'
import { Drawer } from '@/ui/dialogue'
import { IconRefresh, IconSend } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Failure, Loading } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import { useAgain } from './again'
import { Delivery } from './delivery'
import { COLOURS, isSoon, LOOK, outcomeOf, STATES } from './outcome'
import classes from './webhooks.module.css'

const KEPT = 30 * 86_400_000 // ms that deliveries are kept

interface DeliveriesProps {
  webhook: Webhook
  /** The one that is open from the start. */
  first?: string | undefined
  onClose: () => void
}

/** What a webhook was told, and what became of it: all, or one with each attempt. */
export function Deliveries({ webhook, first, onClose }: DeliveriesProps) {
  const [open, setOpen] = useState(first)
  return (
    <Drawer opened onClose={onClose} size="lg" title={t('webhooks.deliveriesOf', { url: webhook.url })} classNames={{ title: classes.title ?? '' }}>
      {open === undefined ? (
        <All webhook={webhook} onOpen={setOpen} />
      ) : (
        <Delivery webhook={webhook} id={open} onBack={() => setOpen(undefined)} />
      )}
    </Drawer>
  )
}

function All({ webhook: { id, active }, onOpen }: { webhook: Webhook; onOpen: (delivery: string) => void }) {
  const [state, setState] = useState<WebhookDeliveryState>()
  const query = useInfiniteQuery({
    queryKey: ['webhooks', 'deliveries', id, state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/webhooks/{id}/deliveries', { path: { id }, query: { state, cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
    // No event tells how an attempt ended.
    refetchInterval: ({ state: { data } }) => (data?.pages.some((page) => page.deliveries.some(isSoon)) ? LOOK : false),
  })
  const rows = query.data?.pages.flatMap((page) => page.deliveries)
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Select
          size="xs"
          w={190}
          aria-label={t('webhooks.became')}
          placeholder={t('webhooks.anyState')}
          clearable
          value={state ?? null}
          onChange={(value) => setState(STATES.find((each) => each === value))}
          data={STATES.map((value) => ({ value, label: t(`webhooks.state.${value}`) }))}
        />
        {active && rows?.some((each) => each.state === 'failed') && <ReplayFailed id={id} />}
      </Group>
      {rows === undefined ? (
        query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={6} />
      ) : rows.length === 0 ? (
        <Empty icon={<IconSend size={26} stroke={1.5} />} title={t('webhooks.noDeliveries')} text={t('webhooks.noDeliveriesText')} />
      ) : (
        <div className={section.table}>
          <DataTable
            rows={rows}
            columns={columns(onOpen)}
            keyOf={(each) => each.id}
            caption={t('webhooks.deliveries')}
            more={query.hasNextPage ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage } : undefined}
          />
        </div>
      )}
    </Stack>
  )
}

function ReplayFailed({ id }: { id: string }) {
  const again = useAgain()
  const replay = useMutation({
    mutationFn: () => api.post('/webhooks/{id}/deliveries/replay', { path: { id }, body: { since: new Date(Date.now() - KEPT).toISOString() } }),
    onSuccess: (count) => {
      toast.done(t('webhooks.replayed', { count }))
      return again()
    },
  })
  return (
    <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} loading={replay.isPending} onClick={() => replay.mutate()}>
      {t('webhooks.replayFailed')}
    </Button>
  )
}

function columns(onOpen: (delivery: string) => void): readonly Column<WebhookDelivery>[] {
  return [
    { key: 'when', title: t('webhooks.when'), width: 90, cell: ({ created_at: at }) => <Moment at={at} c="dimmed" /> },
    {
      key: 'what',
      title: t('webhooks.what'),
      cell: ({ id, event }) => (
        <UnstyledButton className={classes.what} onClick={() => onOpen(id)}>
          <Text size="sm" fw={600}>
            {t(`webhooks.event.${event}`)}
          </Text>
          <Text size="xs" c="dimmed">
            {event}
          </Text>
        </UnstyledButton>
      ),
    },
    {
      key: 'became',
      title: t('webhooks.became'),
      cell: (delivery) => (
        <>
          <Badge color={COLOURS[delivery.state]}>{t(`webhooks.state.${delivery.state}`)}</Badge>
          <Text size="xs" c="dimmed" mt={2} style={{ overflowWrap: 'anywhere' }}>
            {said(outcomeOf(delivery))}
          </Text>
        </>
      ),
    },
  ]
}
