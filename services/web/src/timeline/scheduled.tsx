import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { IconClock } from '@/ui/icons'
import { useMutation, useQuery } from '@tanstack/react-query'

import { api, type ScheduledMessage } from '@/api'
import { useMay } from '@/queries'
import { said, t } from '@/texts'
import { Moment } from '@/ui/moment'
import { toast } from '@/ui/toast'

import classes from './timeline.module.css'

/** What of a trip has not left yet, and can be withdrawn. */
export function Scheduled({ itineraryId }: { itineraryId: string }) {
  const { data } = useQuery({
    queryKey: ['scheduled', { itineraryId }],
    queryFn: ({ signal }) => api.get('/messages/scheduled', { query: { itinerary_id: itineraryId }, signal }),
  })
  if (data === undefined || data.scheduled.length === 0) return null
  return (
    <Stack gap={6} className={classes.scheduled}>
      <Text size="xs" fw={600} c="dimmed">
        {t('timeline.scheduled', { count: data.scheduled.length })}
      </Text>
      {data.scheduled.map((each) => (
        <One key={each.id} scheduled={each} />
      ))}
    </Stack>
  )
}

function One({ scheduled }: { scheduled: ScheduledMessage }) {
  const maySend = useMay('SEND_MESSAGES')
  const withdraw = useMutation({
    mutationFn: ({ id, version }: ScheduledMessage) => api.delete('/messages/{id}', { path: { id }, version }),
    onSuccess: () => toast.done(t('timeline.withdrawn')),
  })
  const title = scheduled.subject || scheduled.preview
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <Group gap={6} wrap="nowrap" miw={0}>
        <IconClock size={15} aria-hidden style={{ flexShrink: 0 }} />
        <Text size="sm" truncate title={title}>
          {title}
        </Text>
      </Group>
      <Group gap={6} wrap="nowrap">
        {scheduled.state === 'held' ? (
          <Badge color="red" title={said(scheduled.reason)}>
            {t('timeline.held')}
          </Badge>
        ) : (
          <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }} component="span">
            <Moment at={scheduled.leaves_at} />
          </Text>
        )}
        {maySend && (
          <Button size="compact-xs" variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate(scheduled)}>
            {t('timeline.withdraw')}
          </Button>
        )}
      </Group>
    </Group>
  )
}
