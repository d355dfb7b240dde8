import { Anchor, Badge, Button, Group, Text } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'

import { api, type DeliveryStatus, type SentMessage, type StartSentExportBody } from '@/api'
import { connectionsQuery, useMay } from '@/queries'
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
import { SentFilters } from './sent-filters'
import { sentQuery } from './sent-query'

const COLOURS: Record<DeliveryStatus, string> = { queued: 'gray', sent: 'gray', delivered: 'tide', read: 'tide', failed: 'red', uncertain: 'yellow' }

/** Everything that ever left, to whom, and what became of it. */
export default function Sent() {
  const [search, put] = useAddress(validateSearch)
  const asked = sentQuery(search)
  const connections = useQuery(connectionsQuery).data ?? []
  const labels = new Map(connections.map((each) => [each.id, each.details.label]))
  const query = useInfiniteQuery({
    queryKey: ['messages', 'sent', asked],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/messages/sent', { query: { ...asked, cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const rows = query.data?.pages.flatMap((page) => page.sent)
  return (
    <section>
      <Heading title={t('settings.section.sent')} text={t('settings.sent.text')}>
        <Exporting filter={asked} />
      </Heading>
      <SentFilters search={search} put={put} />
      {rows === undefined ? (
        query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={8} />
      ) : rows.length === 0 ? (
        <Empty icon={<IconSend size={26} stroke={1.5} />} title={t('settings.sent.empty')} text={t('settings.sent.emptyText')} />
      ) : (
        <div className={section.table} style={{ opacity: query.isPlaceholderData ? 0.55 : 1 }}>
          <DataTable
            rows={rows}
            columns={columns(labels)}
            keyOf={(each) => each.id}
            caption={t('settings.section.sent')}
            more={query.hasNextPage ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage } : undefined}
          />
        </div>
      )}
    </section>
  )
}

function Exporting({ filter }: { filter: StartSentExportBody }) {
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

/** `labels` are what our addresses and numbers are called. */
function columns(labels: ReadonlyMap<string, string>): readonly Column<SentMessage>[] {
  return [
    { key: 'at', title: t('settings.sent.at'), width: 90, cell: ({ at }) => <Moment at={at} c="dimmed" /> },
    { key: 'to', title: t('settings.sent.to'), cell: (row) => <Receiver {...row} /> },
    { key: 'what', title: t('settings.sent.what'), from: 'sm', cell: (row) => <What {...row} /> },
    {
      key: 'from',
      title: t('settings.sent.from'),
      from: 'xl',
      cell: ({ connection_id }) => (
        <Text size="sm" c="dimmed" truncate maw={130}>
          {labels.get(connection_id ?? '') ?? ''}
        </Text>
      ),
    },
    {
      key: 'by',
      title: t('settings.sent.by'),
      from: 'md',
      cell: ({ author_name, author_kind }) => (
        <Text size="sm" truncate maw={130} title={author_name}>
          {author_name || t(`settings.sent.authors.${author_kind}`)}
        </Text>
      ),
    },
    { key: 'status', title: t('settings.sent.status'), cell: (row) => <Fate {...row} /> },
  ]
}

function Receiver({ channel, contact_id, contact_name, to }: SentMessage) {
  return (
    <Group gap={8} wrap="nowrap">
      <ChannelIcon channel={channel} />
      <Text size="sm" fw={550} truncate maw={{ base: 140, sm: 190 }} title={to.join(', ')}>
        {contact_id === null ? (
          to.join(', ')
        ) : (
          <Anchor inherit renderRoot={(props) => <Link {...props} to="/contacts/$contactId" params={{ contactId: contact_id }} />}>
            {contact_name || to.join(', ')}
          </Anchor>
        )}
      </Text>
    </Group>
  )
}

function What({ kind, subject, preview, itinerary_id, reference }: SentMessage) {
  return (
    <>
      <Text size="sm" truncate maw={{ base: 220, xl: 250 }} title={subject || preview}>
        {subject || preview}
      </Text>
      {(kind !== 'message' || itinerary_id !== null) && (
        <Text size="xs" c="dimmed" truncate maw={{ base: 220, xl: 250 }}>
          {kind !== 'message' && t(`settings.messageKind.${kind}`)}
          {kind !== 'message' && itinerary_id !== null && ' · '}
          {itinerary_id !== null && (
            <Anchor inherit renderRoot={(props) => <Link {...props} to="/itineraries/$itineraryId" params={{ itineraryId: itinerary_id }} />}>
              {reference}
            </Anchor>
          )}
        </Text>
      )}
    </>
  )
}

/** How it fared, and why it did not arrive. */
function Fate({ status, reason }: SentMessage) {
  if (status === null) return null
  return (
    <>
      <Badge miw="max-content" color={COLOURS[status]}>{t(`settings.sent.statuses.${status}`)}</Badge>
      {reason !== '' && (
        <Text size="xs" c="dimmed" miw={{ base: 100, md: 140 }} maw={220} lineClamp={3} title={said(reason)}>
          {said(reason)}
        </Text>
      )}
    </>
  )
}
