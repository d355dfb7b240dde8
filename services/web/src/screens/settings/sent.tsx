import { Anchor, Badge, Button, Group, Select, Text } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'

import { api, type Channel, type DeliveryStatus, type SentMessage } from '@/api'
import { useMay } from '@/queries'
import { said, t } from '@/texts'
import { useAddress } from '@/trips/address'
import { ChannelIcon } from '@/ui/channel'
import { type Column, DataTable } from '@/ui/data-table'
import { Heading } from '@/ui/heading'
import { IconDownload, IconSend } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Failure, Loading } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import { validateSearch } from './search'

const CHANNELS: readonly Channel[] = ['email', 'whatsapp', 'sms']
const STATUSES: readonly DeliveryStatus[] = ['queued', 'sent', 'delivered', 'read', 'failed', 'uncertain']
const COLOURS: Record<DeliveryStatus, string> = { queued: 'gray', sent: 'gray', delivered: 'tide', read: 'tide', failed: 'red', uncertain: 'yellow' }

/** Everything that ever left, to whom, and what became of it. */
export default function Sent() {
  const [search, put] = useAddress(validateSearch)
  const channel = CHANNELS.find((each) => each === search.channel)
  const status = STATUSES.find((each) => each === search.status)
  const query = useInfiniteQuery({
    queryKey: ['messages', 'sent', channel, status],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/messages/sent', { query: { channel, status, cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const rows = query.data?.pages.flatMap((page) => page.sent)
  return (
    <section>
      <Heading title={t('settings.section.sent')} text={t('settings.sent.text')}>
        <Exporting filter={{ channel: channel ?? null, status: status ?? null }} />
      </Heading>
      <Group gap={8} mb="sm" role="search" aria-label={t('settings.sent.filters')}>
        <Select
          w={170}
          aria-label={t('settings.sent.channel')}
          placeholder={t('settings.sent.anyChannel')}
          clearable
          value={channel ?? null}
          onChange={(value) => put({ channel: value ?? undefined })}
          data={CHANNELS.map((value) => ({ value, label: t(`ui.channel.${value}`) }))}
        />
        <Select
          w={170}
          aria-label={t('settings.sent.status')}
          placeholder={t('settings.sent.anyStatus')}
          clearable
          value={status ?? null}
          onChange={(value) => put({ status: value ?? undefined })}
          data={STATUSES.map((value) => ({ value, label: t(`settings.sent.statuses.${value}`) }))}
        />
      </Group>
      {rows === undefined ? (
        query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={8} />
      ) : rows.length === 0 ? (
        <Empty icon={<IconSend size={26} stroke={1.5} />} title={t('settings.sent.empty')} text={t('settings.sent.emptyText')} />
      ) : (
        <div className={section.table} style={{ opacity: query.isPlaceholderData ? 0.55 : 1 }}>
          <DataTable
            rows={rows}
            columns={columns()}
            keyOf={(each) => each.id}
            caption={t('settings.section.sent')}
            more={query.hasNextPage ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage } : undefined}
          />
        </div>
      )}
    </section>
  )
}

function Exporting({ filter }: { filter: { channel: Channel | null; status: DeliveryStatus | null } }) {
  const mayExport = useMay('EXPORT_CONTACTS')
  const navigate = useNavigate()
  const exporting = useMutation({
    mutationFn: () => api.post('/messages/sent/export', { body: filter }),
    onSuccess: () => {
      toast.done(t('contacts.exporting'))
      void navigate({ to: '/imports' })
    },
  })
  if (!mayExport) return null
  return (
    <Button variant="default" leftSection={<IconDownload size={16} />} loading={exporting.isPending} onClick={() => exporting.mutate()}>
      {t('settings.sent.export')}
    </Button>
  )
}

function columns(): readonly Column<SentMessage>[] {
  return [
    { key: 'at', title: t('settings.sent.at'), width: 90, cell: ({ at }) => <Moment at={at} c="dimmed" /> },
    {
      key: 'to',
      title: t('settings.sent.to'),
      cell: ({ channel, contact_id, contact_name, to }) => (
        <Group gap={8} wrap="nowrap">
          <ChannelIcon channel={channel} />
          <Text size="sm" fw={550} truncate maw={190} title={to.join(', ')}>
            {contact_id === null ? (
              to.join(', ')
            ) : (
              <Anchor inherit renderRoot={(props) => <Link {...props} to="/contacts/$contactId" params={{ contactId: contact_id }} />}>
                {contact_name || to.join(', ')}
              </Anchor>
            )}
          </Text>
        </Group>
      ),
    },
    {
      key: 'what',
      title: t('settings.sent.what'),
      from: 'sm',
      cell: ({ subject, preview, reference }) => (
        <Text size="sm" truncate maw={330} title={subject || preview}>
          {reference !== '' && (
            <Text span inherit c="dimmed">
              {reference}{' '}
            </Text>
          )}
          {subject || preview}
        </Text>
      ),
    },
    { key: 'by', title: t('settings.sent.by'), from: 'md', cell: ({ author_name, author_kind }) => author_name || t(`settings.sent.authors.${author_kind}`) },
    {
      key: 'status',
      title: t('settings.sent.status'),
      cell: ({ status, reason }) =>
        status !== null && (
          <Badge color={COLOURS[status]} title={reason && said(reason)}>
            {t(`settings.sent.statuses.${status}`)}
          </Badge>
        ),
    },
  ]
}
