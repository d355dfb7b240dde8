// What a channel sets bounds to: the parts of a text message, and WhatsApp's day in which one may write
// freely after the other side wrote.

import { Alert, Button, Select, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconClock } from '@/ui/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type ApprovedTemplate, type NetworkTemplate } from '@/api'
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

interface ClosedWindowProps {
  connection: string | null
  choose: (template: ApprovedTemplate) => void
}

/** Outside of the window only what the network approved can be said. */
export function ClosedWindow({ connection, choose }: ClosedWindowProps) {
  const { data = [], isPending } = useQuery({
    queryKey: ['network-templates', connection],
    queryFn: ({ signal }) => api.get('/whatsapp/templates', { query: { ...(connection && { connection_id: connection }) }, signal }),
  })
  const approved = data.filter((each) => each.state === 'approved')
  const [key, setKey] = useState<string | null>(null)
  const template = approved.find((each) => keyOf(each) === key)
  return (
    <Alert color="yellow" icon={<IconClock size={18} />} title={t('composer.windowClosed')}>
      <Stack gap="xs">
        <Text size="sm">{t('composer.windowClosedText')}</Text>
        {!isPending && approved.length === 0 ? (
          <Text size="sm">{t('composer.noApproved')}</Text>
        ) : (
          <Select
            label={t('composer.approved')}
            data={approved.map((each) => ({ value: keyOf(each), label: `${each.name} (${each.language})` }))}
            value={key}
            onChange={setKey}
            searchable
          />
        )}
        {template && <Places key={keyOf(template)} template={template} choose={choose} />}
      </Stack>
    </Alert>
  )
}

const keyOf = ({ name, language }: NetworkTemplate) => `${name} ${language}`

/** How many places like {{2}} a text has. */
export function places(text: string): number {
  return Math.max(0, ...[...text.matchAll(/{{\s*(\d+)\s*}}/g)].map((found) => Number(found[1])))
}

function Places({ template, choose }: { template: NetworkTemplate; choose: (template: ApprovedTemplate) => void }) {
  const [heading, setHeading] = useState<string[]>(Array(places(template.heading)).fill('') as string[])
  const [parameters, setParameters] = useState<string[]>(Array(places(template.body)).fill('') as string[])
  const said = (text: string, values: string[]) =>
    text.replace(/{{\s*(\d+)\s*}}/g, (place, number: string) => {
      const value = values[Number(number) - 1] ?? ''
      return value === '' ? place : value
    })
  const whole = [...heading, ...parameters].every((each) => each.trim() !== '')
  return (
    <Stack gap="xs">
      {heading.map((value, index) => (
        <TextInput key={index} label={t('composer.headingPlace')} value={value} onChange={(event) => setHeading(heading.with(index, event.currentTarget.value))} />
      ))}
      {parameters.map((value, index) => (
        <TextInput key={index} label={t('composer.place', { number: index + 1 })} value={value} onChange={(event) => setParameters(parameters.with(index, event.currentTarget.value))} />
      ))}
      <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
        {[said(template.heading, heading), said(template.body, parameters), template.footer].filter(Boolean).join('\n')}
      </Text>
      <Button disabled={!whole} onClick={() => choose({ name: template.name, language: template.language, heading, parameters })}>
        {t('composer.send')}
      </Button>
    </Stack>
  )
}
