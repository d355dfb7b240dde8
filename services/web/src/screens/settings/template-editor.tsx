import { Alert, Checkbox, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Channel, type ConsentKind, type MessageKind, newKey, type Template } from '@/api'
import { MailFrame } from '@/outreach/mail-frame'
import { CONSENTS } from '@/people/words'
import { said, t, tv } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { IconAlertTriangle } from '@/ui/icons'
import { Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import classes from './settings.module.css'

const CHANNELS: readonly Channel[] = ['email', 'whatsapp', 'sms']
const KINDS: readonly MessageKind[] = [
  'message', 'duty_message', 'purchase_order', 'booking_confirmation', 'itinerary_link', 'proposal', 'proposal_update', 'commission',
]
const TYPED = 400 // ms after the last key until the preview follows

// The values of a form have an index signature, which an interface has not.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type Values = {
  name: string
  kind: MessageKind
  channel: Channel
  language: string
  subject: string
  body: string
  standard: boolean
  purpose: ConsentKind
}

/** A template beside what it says for a trip that one chooses; what cannot be filled in is named. */
export function TemplateEditor({ template, onClose }: { template?: Template; onClose: () => void }) {
  const queries = useQueryClient()
  // What came with Fairlead stays as it is: a change of it is a template of one's own.
  const kept = template !== undefined && !template.built_in ? template : undefined
  const [key] = useState(newKey)
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: {
      name: template === undefined ? '' : template.built_in ? t('settings.templates.copyOf', { name: template.name }) : template.name,
      kind: template?.kind ?? 'message',
      channel: template?.channel ?? 'email',
      language: template?.language ?? 'en',
      subject: template?.subject ?? '',
      body: template?.body ?? '',
      standard: template?.standard ?? false,
      purpose: template?.purpose ?? 'service',
    },
    send: (body) =>
      kept === undefined ? api.post('/templates', { key, body }) : api.put('/templates/{id}', { path: { id: kept.id }, version: kept.version, body }),
    onSent: () => {
      toast.done(t('settings.saved'))
      void queries.invalidateQueries({ queryKey: ['templates'] })
      onClose()
    },
  })
  const { channel, subject, body, language } = form.values
  return (
    <Dialogue onClose={onClose} size="min(1100px, 96vw)" title={template?.name ?? t('settings.templates.new')}>
      <div className={classes.beside}>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <FormProblem problem={problem} />
            {template?.built_in === true && <Text size="sm" c="dimmed">{t('settings.templates.builtInText')}</Text>}
            <TextInput label={t('settings.templates.name')} required data-autofocus {...form.getInputProps('name')} />
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
              <Select label={t('settings.templates.kind')} allowDeselect={false} data={KINDS.map((value) => ({ value, label: tv('settings.messageKind', value) }))} {...form.getInputProps('kind')} />
              <Select label={t('settings.templates.channel')} allowDeselect={false} data={CHANNELS.map((value) => ({ value, label: t(`ui.channel.${value}`) }))} {...form.getInputProps('channel')} />
              <TextInput label={t('settings.templates.language')} required {...form.getInputProps('language')} />
              <Select label={t('settings.templates.purpose')} allowDeselect={false} data={CONSENTS.map((value) => ({ value, label: t(`people.consent.${value}`) }))} {...form.getInputProps('purpose')} />
            </SimpleGrid>
            {channel === 'email' && <TextInput label={t('settings.templates.subject')} {...form.getInputProps('subject')} />}
            <Textarea label={t('settings.templates.body')} description={t('settings.templates.bodyText')} required autosize minRows={8} maxRows={22} {...form.getInputProps('body')} />
            <Checkbox label={t('settings.templates.standardText')} {...form.getInputProps('standard', { type: 'checkbox' })} />
            <FormButtons sending={sending} onCancel={onClose} text={t('ui.save')} />
          </Stack>
        </form>
        <Preview id={template?.id ?? null} channel={channel} subject={subject} body={body} language={language} />
      </div>
    </Dialogue>
  )
}

interface PreviewProps {
  id: string | null
  channel: Channel
  subject: string
  body: string
  language: string
}

function Preview({ id, channel, ...typed }: PreviewProps) {
  const [tripId, setTripId] = useState<string | null>(null)
  const [{ subject, body, language }] = useDebouncedValue(typed, TYPED)
  const trips = useQuery({
    queryKey: ['itineraries', 'for-preview'],
    queryFn: ({ signal }) => api.get('/itineraries', { query: { limit: 30 }, signal }),
  })
  const itinerary_id = tripId ?? trips.data?.itineraries[0]?.id ?? null
  const preview = useQuery({
    queryKey: ['templates', 'preview', id, subject, body, language, itinerary_id],
    queryFn: ({ signal }) => api.post('/templates/preview', { body: { id, subject, body, language, itinerary_id }, signal }),
    enabled: body.trim() !== '' && !trips.isLoading,
    placeholderData: (before) => before,
    retry: false,
  })
  return (
    <Stack gap="sm" component="section" aria-label={t('settings.templates.preview')}>
      <Select
        label={t('settings.templates.forTrip')}
        searchable
        value={itinerary_id}
        onChange={setTripId}
        data={(trips.data?.itineraries ?? []).map(({ id: value, reference, title }) => ({ value, label: `${reference} · ${title}` }))}
      />
      {body.trim() === '' ? (
        <Text size="sm" c="dimmed">
          {t('settings.templates.nothingYet')}
        </Text>
      ) : (
        <Loaded query={preview}>
          {({ subject: heading, html, text, problems }) => (
            <>
              {problems.length > 0 && (
                <Alert color="yellow" p="xs" icon={<IconAlertTriangle size={18} />} title={t('settings.templates.missing')}>
                  {problems.map(({ field, reason }) => (
                    <Text key={field + reason} size="sm">
                      <b>{field}</b>: {said(reason)}
                    </Text>
                  ))}
                </Alert>
              )}
              {channel === 'email' ? (
                <div className={classes.letter}>
                  <Text fw={650} px="md" py="sm" style={{ borderBottom: '1px solid #e3e9eb' }}>
                    {heading}
                  </Text>
                  <MailFrame html={html} title={t('settings.templates.preview')} />
                </div>
              ) : (
                <div className={section.card}>
                  <Text size="sm" className={classes.words}>
                    {text}
                  </Text>
                </div>
              )}
            </>
          )}
        </Loaded>
      )}
    </Stack>
  )
}
