import { Alert, Badge, Button, Group, Progress as Bar, ScrollArea, SegmentedControl, Stack, Table, Text } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Mailing, type MailingRecipient } from '@/api'
import { useMay } from '@/queries'
import { said, t, tv } from '@/texts'
import { IconAlertTriangle, IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconSend } from '@/ui/icons'
import { Loaded } from '@/ui/states'
import { readable } from '@/ui/address'

import { share, STATE_COLOURS } from './mailing'

/** Who would get it and who is left out, and once it is confirmed how far it is. */
export function Progress({ id, onClose }: { id: string; onClose: () => void }) {
  const mailing = useQuery({
    queryKey: ['mailings', 'one', id],
    queryFn: ({ signal }) => api.get('/messages/bulk/{id}', { path: { id }, signal }),
  })
  return <Loaded query={mailing}>{(data) => <Shown mailing={data} onClose={onClose} />}</Loaded>
}

function Shown({ mailing, onClose }: { mailing: Mailing; onClose: () => void }) {
  const { state, total, ready, left_out, sent, credits } = mailing
  return (
    <Stack>
      <Group justify="space-between">
        <Text fw={600} truncate>
          {mailing.label}
        </Text>
        <Badge color={STATE_COLOURS[state]}>{tv('mailing.state', state)}</Badge>
      </Group>
      <Bar value={share(mailing)} aria-label={tv('mailing.state', state)} animated={state === 'sending' || state === 'preparing'} />
      <Text size="sm" role="status">
        {state === 'preparing'
          ? t('mailing.counting', { count: total })
          : state === 'ready'
            ? t('mailing.would', { count: ready })
            : t('mailing.sent', { sent, total: total - left_out })}
        {left_out > 0 && ` · ${t('mailing.leftOut', { count: left_out })}`}
        {credits > 0 && ` · ${t('mailing.credits', { count: credits })}`}
      </Text>
      {mailing.reason !== '' && (
        <Alert color="yellow" p="xs" icon={<IconAlertTriangle size={18} />}>
          {said(mailing.reason)}
        </Alert>
      )}
      {state !== 'preparing' && <Recipients mailing={mailing} />}
      <Steps mailing={mailing} onClose={onClose} />
    </Stack>
  )
}

function Steps({ mailing, onClose }: { mailing: Mailing; onClose: () => void }) {
  const queries = useQueryClient()
  const maySend = useMay('SEND_MESSAGES')
  const { id, version, state, ready } = mailing
  const step = useMutation({
    mutationFn: (name: 'confirm' | 'pause' | 'resume' | 'cancel') =>
      name === 'confirm'
        ? api.post('/messages/bulk/{id}/confirm', { path: { id }, version })
        : api.post(`/messages/bulk/{id}/${name}`, { path: { id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['mailings'] }),
  })
  const busy = step.isPending
  return (
    <Group justify="flex-end">
      {maySend && ['preparing', 'ready', 'sending', 'paused'].includes(state) && (
        <Button variant="default" color="red" leftSection={<IconPlayerStop size={16} />} disabled={busy} onClick={() => step.mutate('cancel')}>
          {t('mailing.cancel')}
        </Button>
      )}
      {maySend && state === 'sending' && (
        <Button variant="default" leftSection={<IconPlayerPause size={16} />} disabled={busy} onClick={() => step.mutate('pause')}>
          {t('mailing.pause')}
        </Button>
      )}
      {maySend && state === 'paused' && (
        <Button leftSection={<IconPlayerPlay size={16} />} disabled={busy} onClick={() => step.mutate('resume')}>
          {t('mailing.resume')}
        </Button>
      )}
      {maySend && state === 'ready' && (
        <Button leftSection={<IconSend size={16} />} disabled={busy || ready === 0} onClick={() => step.mutate('confirm')}>
          {t('mailing.confirm', { count: ready })}
        </Button>
      )}
      {state !== 'ready' && <Button variant="default" onClick={onClose}>{t('ui.close')}</Button>}
    </Group>
  )
}

function Recipients({ mailing }: { mailing: Mailing }) {
  const [shown, setShown] = useState<'all' | 'left_out'>('all')
  const query = useInfiniteQuery({
    queryKey: ['mailings', 'recipients', mailing.id, shown],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) =>
      api.get('/messages/bulk/{id}/recipients', {
        path: { id: mailing.id },
        query: { cursor, state: shown === 'all' ? undefined : shown },
        signal,
      }),
    getNextPageParam: (page) => page.cursor ?? undefined,
  })
  const rows = query.data?.pages.flatMap((page) => page.recipients) ?? []
  return (
    <Stack gap="xs">
      {mailing.left_out > 0 && (
        <SegmentedControl
          size="xs"
          aria-label={t('mailing.show')}
          value={shown}
          onChange={(value) => setShown(value === 'left_out' ? 'left_out' : 'all')}
          data={[
            { value: 'all', label: t('mailing.all') },
            { value: 'left_out', label: t('mailing.leftOut', { count: mailing.left_out }) },
          ]}
        />
      )}
      <ScrollArea.Autosize mah={320} type="auto" viewportProps={{ tabIndex: 0 }}>
        <Table verticalSpacing={6}>
          <Table.Tbody>
            {rows.map((each) => (
              <Row key={each.number} recipient={each} />
            ))}
          </Table.Tbody>
        </Table>
        {query.hasNextPage && (
          <Button variant="subtle" size="xs" fullWidth loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('ui.more')}
          </Button>
        )}
      </ScrollArea.Autosize>
    </Stack>
  )
}

function Row({ recipient }: { recipient: MailingRecipient }) {
  const out = recipient.state === 'left_out'
  return (
    <Table.Tr>
      <Table.Td w={210} maw={210}>
        <Text size="sm" fw={500} truncate title={recipient.name}>
          {recipient.name || '–'}
        </Text>
        <Text size="xs" c="dimmed" truncate title={readable(recipient.address)}>
          {readable(recipient.address)}
        </Text>
      </Table.Td>
      <Table.Td maw={320}>
        {out ? (
          <Text size="sm" c="light-dark(#c92a2a, #ff8787)">
            {recipient.problems.map((each) => said(each.reason)).join('; ')}
          </Text>
        ) : (
          <>
            <Text size="sm" truncate title={recipient.subject}>
              {recipient.subject}
            </Text>
            <Text size="xs" c="dimmed" truncate title={recipient.preview}>
              {recipient.preview}
            </Text>
          </>
        )}
      </Table.Td>
      <Table.Td w={1} style={{ whiteSpace: 'nowrap' }}>
        <Badge size="sm" color={out ? 'red' : recipient.state === 'sent' ? 'teal' : 'gray'}>
          {tv('mailing.recipient', recipient.state)}
        </Badge>
      </Table.Td>
    </Table.Tr>
  )
}
