// What a channel sets bounds to: the parts of a text message, and WhatsApp's day in which one may write
// freely after the other side wrote.

import { Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'

import { api } from '@/api'
import { t } from '@/texts'
import { ago } from '@/time'
import { Moment } from '@/ui/moment'

const DEBOUNCE = 300 // ms

/** How many parts a text message has, and what made them short. */
export function SmsCounter({ text, connection }: { text: string; connection: string | undefined }) {
  const [measured] = useDebouncedValue(text, DEBOUNCE)
  const { data } = useQuery({
    queryKey: ['sms-measure', measured, connection],
    queryFn: ({ signal }) =>
      api.post('/sms/measure', { body: { text: measured, ...(connection && { connection_id: connection }) }, signal }),
    enabled: measured !== '',
    placeholderData: keepPreviousData,
    retry: false,
  })
  if (text === '' || !data) return null
  return (
    <Text size="xs" c="dimmed" role="status">
      {t('composer.parts', { count: data.parts })} · {t('composer.left', { count: data.left })}
      {data.forced_by && ` · ${t('composer.forced', { character: data.forced_by.character })}`}
    </Text>
  )
}

/** Whether we may write freely, and until when. */
export function windowQuery(conversationId: string) {
  return {
    // An answer of the other side opens it anew.
    queryKey: ['messages', 'window', conversationId],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      api.get('/conversations/{id}/answer-window', { path: { id: conversationId }, signal }),
  }
}

export function WindowLeft({ until }: { until: string }) {
  return (
    <Text size="xs" c="dimmed">
      {t('composer.windowOpen', { ago: ago(until) })} (<Moment at={until} />)
    </Text>
  )
}
