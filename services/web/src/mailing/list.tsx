import { Badge, Button, Group, Progress as Bar, Stack, Text, UnstyledButton } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Mailing } from '@/api'
import { t, tv } from '@/texts'
import { ChannelIcon } from '@/ui/channel'
import { IconSpeakerphone } from '@/ui/icons'
import { Dialogue, Drawer } from '@/ui/dialogue'
import { Moment } from '@/ui/moment'
import { Empty, Failure, Loading } from '@/ui/states'

import { share, STATE_COLOURS } from './mailing'
import classes from './mailing.module.css'
import { Progress } from './progress'

/** Messages to many, the newest first: how far each is, and what can be done about it. */
export function MailingList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [open, setOpen] = useState<string>()
  const query = useInfiniteQuery({
    queryKey: ['mailings', 'list'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/messages/bulk', { query: { cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    enabled: opened,
  })
  const mailings = query.data?.pages.flatMap((page) => page.mailings) ?? []
  return (
    <>
      <Drawer opened={opened} onClose={onClose} size="md" title={t('mailing.list')}>
        {query.data === undefined ? (
          query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={4} />
        ) : mailings.length === 0 ? (
          <Empty icon={<IconSpeakerphone size={26} stroke={1.5} />} title={t('mailing.none')} text={t('mailing.noneText')} />
        ) : (
          <Stack gap="xs">
            {mailings.map((each) => (
              <Row key={each.id} mailing={each} onOpen={() => setOpen(each.id)} />
            ))}
            {query.hasNextPage && (
              <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('ui.more')}
              </Button>
            )}
          </Stack>
        )}
      </Drawer>
      <Dialogue opened={open !== undefined} onClose={() => setOpen(undefined)} size="xl" title={t('mailing.title')}>
        {open !== undefined && <Progress id={open} onClose={() => setOpen(undefined)} />}
      </Dialogue>
    </>
  )
}

function Row({ mailing, onOpen }: { mailing: Mailing; onOpen: () => void }) {
  return (
    <UnstyledButton className={classes.row} onClick={onOpen}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Group gap={6} wrap="nowrap" miw={0}>
          <ChannelIcon channel={mailing.draft.channel ?? 'email'} />
          <Text size="sm" fw={600} truncate title={mailing.label}>
            {mailing.label}
          </Text>
        </Group>
        <Badge color={STATE_COLOURS[mailing.state]}>{tv('mailing.state', mailing.state)}</Badge>
      </Group>
      <Text size="xs" c="dimmed">
        {mailing.author_name} · <Moment at={mailing.created_at} /> · {t('mailing.sent', { sent: mailing.sent, total: mailing.total - mailing.left_out })}
      </Text>
      <Bar mt={6} size="sm" value={share(mailing)} aria-label={tv('mailing.state', mailing.state)} />
    </UnstyledButton>
  )
}
