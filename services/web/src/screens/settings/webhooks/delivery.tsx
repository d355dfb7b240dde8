import { Badge, Button, Group, Stack, Text, Timeline, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'

import { api, type Attempt, type Webhook, type WebhookDelivery } from '@/api'
import { said, t } from '@/texts'
import { IconArrowLeft, IconRefresh } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Loaded } from '@/ui/states'

import { useAgain } from './again'
import { COLOURS, isSoon, LOOK, pretty } from './outcome'
import classes from './webhooks.module.css'

interface DeliveryProps {
  webhook: Webhook
  id: string
  onBack: () => void
}

/** One delivery: each attempt with its answer, and what is sent. */
export function Delivery({ webhook, id, onBack }: DeliveryProps) {
  const query = useQuery({
    queryKey: ['webhooks', 'delivery', id],
    queryFn: ({ signal }) => api.get('/webhooks/{id}/deliveries/{delivery_id}', { path: { id: webhook.id, delivery_id: id }, signal }),
    staleTime: 0,
    // No event tells how an attempt ended.
    refetchInterval: ({ state: { data } }) => (data !== undefined && isSoon(data) ? LOOK : false),
  })
  return (
    <Stack gap="sm" align="flex-start">
      <Button size="compact-sm" variant="subtle" leftSection={<IconArrowLeft size={15} />} onClick={onBack}>
        {t('webhooks.back')}
      </Button>
      <Loaded query={query}>{(delivery) => <Told webhook={webhook} delivery={delivery} />}</Loaded>
    </Stack>
  )
}

function Told({ webhook, delivery }: { webhook: Webhook; delivery: WebhookDelivery }) {
  const { event, event_id, state, created_at, next_at, payload, attempts = [] } = delivery
  return (
    <Stack gap="sm" w="100%">
      <Group gap="xs">
        <Title order={2} size="h3">
          {t(`webhooks.event.${event}`)}
        </Title>
        <Badge color={COLOURS[state]}>{t(`webhooks.state.${state}`)}</Badge>
      </Group>
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {event} · <Moment at={created_at} as="whole" /> · webhook-id {event_id}
      </Text>
      {state === 'waiting' && next_at !== null && attempts.length > 0 && (
        <Text size="sm">
          {t('webhooks.next')}: <Moment at={next_at} as="whole" />
        </Text>
      )}
      {state !== 'waiting' && <Replay webhook={webhook} delivery={delivery} />}
      <Title order={3} size="h4">
        {t('webhooks.attempts')}
      </Title>
      {attempts.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('webhooks.state.waiting')}…
        </Text>
      ) : (
        <Timeline bulletSize={12} lineWidth={2} active={attempts.length} aria-label={t('webhooks.attempts')} role="list">
          {attempts.toReversed().map((each) => (
            <Timeline.Item key={`${each.number} ${each.at}`} role="listitem" title={t('webhooks.attempt', { number: each.number })}>
              <Tried attempt={each} />
            </Timeline.Item>
          ))}
        </Timeline>
      )}
      {payload != null && (
        <>
          <Title order={3} size="h4">
            {t('webhooks.payload')}
          </Title>
          <Body label={t('webhooks.payload')} text={pretty(payload)} />
        </>
      )}
    </Stack>
  )
}

function Tried({ attempt: { at, milliseconds, status, response, error } }: { attempt: Attempt }) {
  const isOpen = milliseconds === null && error === null
  return (
    <>
      <Text size="xs" c="dimmed">
        <Moment at={at} as="whole" />
        {milliseconds !== null && ` · ${t('webhooks.took', { milliseconds })}`}
      </Text>
      <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
        {status !== null ? `HTTP ${status}` : isOpen ? t('webhooks.underWay') : said(error ?? t('webhooks.noAnswer'))}
      </Text>
      {response !== null && response !== '' && <Body label={t('webhooks.answer')} text={pretty(response)} />}
    </>
  )
}

/** Words that came from or go to a machine; scrolled by keys too. */
function Body({ label, text }: { label: string; text: string }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keys
    <pre className={classes.body} aria-label={label} role="region" tabIndex={0}>
      {text}
    </pre>
  )
}

function Replay({ webhook, delivery }: { webhook: Webhook; delivery: WebhookDelivery }) {
  const again = useAgain()
  const replay = useMutation({
    mutationFn: () => api.post('/webhooks/{id}/deliveries/{delivery_id}/replay', { path: { id: webhook.id, delivery_id: delivery.id } }),
    onSettled: again,
  })
  if (!webhook.active) {
    return (
      <Text size="sm" c="dimmed">
        {t('webhooks.offText')}
      </Text>
    )
  }
  return (
    <Button size="xs" leftSection={<IconRefresh size={14} />} loading={replay.isPending} onClick={() => replay.mutate()} style={{ alignSelf: 'flex-start' }}>
      {t('webhooks.replay')}
    </Button>
  )
}
