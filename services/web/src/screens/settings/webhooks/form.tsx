import { Button, Checkbox, Group, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'

import { api, newKey, type Webhook, type WebhookEvent } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'

import { useAgain } from './again'

/** What can be chosen: all but the test, which each gets. */
const EVENTS = [
  ...(['message.received', 'message.sent', 'message.delivery_updated', 'conversation.changed', 'contact.changed'] as const),
  ...(['itinerary.changed', 'payment.recorded', 'proposal.created', 'proposal.changed', 'proposal.accepted'] as const),
  ...(['proposal.declined', 'overbooking.found', 'overbooking.resolved', 'review.received', 'review.changed'] as const),
] satisfies readonly WebhookEvent[]

interface WebhookFormProps {
  /** The one that is changed; a new one where there is none. */
  webhook?: Webhook
  onClose: () => void
  /** Gives the secret of a new one, this once. */
  onSecret?: (secret: string) => void
}

/** Where a webhook is, and what it hears of. */
export function WebhookForm({ webhook, onClose, onSecret }: WebhookFormProps) {
  const [key] = useState(newKey)
  const again = useAgain()
  const { form, submit, sending, problem } = useProblemForm<{ url: string; description: string; events: WebhookEvent[] }>({
    initialValues: {
      url: webhook?.url ?? 'https://',
      description: webhook?.description ?? '',
      events: webhook?.events ?? [],
    },
    validate: { events: (chosen) => (chosen.length === 0 ? t('webhooks.needed') : null) },
    send: async ({ url, description, events }) => {
      const body = { url: url.trim(), description: description.trim(), events }
      if (webhook === undefined) {
        const { secret } = await api.post('/webhooks', { key, body })
        onSecret?.(secret)
      } else {
        await api.patch('/webhooks/{id}', { path: { id: webhook.id }, version: webhook.version, body })
        onClose()
      }
    },
    onSent: () => void again(),
  })
  return (
    <Dialogue onClose={onClose} size="lg" title={webhook === undefined ? t('webhooks.new') : t('settings.change')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <TextInput label={t('webhooks.url')} description={t('webhooks.urlText')} type="url" required data-autofocus {...form.getInputProps('url')} />
          <TextInput label={t('webhooks.description')} maxLength={200} {...form.getInputProps('description')} />
          <Checkbox.Group label={t('webhooks.events')} required {...form.getInputProps('events')}>
            <Group gap={4} my={6}>
              <Button size="compact-xs" variant="subtle" onClick={() => form.setFieldValue('events', [...EVENTS])}>
                {t('webhooks.all')}
              </Button>
              <Button size="compact-xs" variant="subtle" onClick={() => form.setFieldValue('events', [])}>
                {t('webhooks.none')}
              </Button>
            </Group>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" verticalSpacing="xs" mb={6}>
              {EVENTS.map((event) => (
                <Checkbox key={event} value={event} label={t(`webhooks.event.${event}`)} description={event} />
              ))}
            </SimpleGrid>
          </Checkbox.Group>
          <FormButtons sending={sending} onCancel={onClose} text={t(webhook === undefined ? 'webhooks.make' : 'ui.save')} />
        </Stack>
      </form>
    </Dialogue>
  )
}
