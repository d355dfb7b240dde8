import { NumberInput, SegmentedControl, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Channel, newKey } from '@/api'
import { connectionsQuery } from '@/queries'
import { t, tv } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'

import type { MailingProps, Selection } from './index'
import { Progress } from './progress'

/** First what it says, then who would get it, then how far it is. */
export default function Mailing({ selection, label, onClose }: MailingProps) {
  const [id, setId] = useState<string>()
  return (
    <Dialogue onClose={onClose} size="xl" title={t('mailing.title')} closeOnClickOutside={false}>
      {id === undefined ? (
        <Writing selection={selection} label={label} onClose={onClose} onPrepared={setId} />
      ) : (
        <Progress id={id} onClose={onClose} />
      )}
    </Dialogue>
  )
}

function Writing({ selection, label, onClose, onPrepared }: MailingProps & { onPrepared: (id: string) => void }) {
  const [key] = useState(newKey)
  const { data: connections = [] } = useQuery(connectionsQuery)
  const ofTrips = selection.itineraries != null
  const { form, submit, sending, problem } = useProblemForm<{
    label: string
    channel: Channel
    whom: NonNullable<Selection['whom']>
    template_id: string | null
    subject: string
    text: string
    purpose: 'service' | 'marketing'
    /** What somebody types is a text until it is a number. */
    per_minute: number | string
  }>({
    initialValues: {
      label,
      channel: 'email',
      whom: 'traveller',
      template_id: null,
      subject: '',
      text: '',
      purpose: 'service',
      per_minute: 60,
    },
    send: async ({ label, channel, whom, template_id, subject, text, purpose, per_minute }) => {
      const mailing = await api.post('/messages/bulk', {
        key,
        body: {
          label,
          selection: { ...selection, ...(ofTrips && { whom }) },
          per_minute: Number(per_minute),
          draft: {
            channel,
            purpose,
            ...(template_id !== null && { template_id }),
            ...(channel === 'email' && subject.trim() !== '' && { subject }),
            ...(text.trim() !== '' && { text }),
          },
        },
      })
      onPrepared(mailing.id)
    },
    fieldOf: (field) => field.replace(/^draft\./, ''),
  })
  const { channel } = form.values
  const { data: templates = [] } = useQuery({
    queryKey: ['templates', 'message', channel],
    queryFn: ({ signal }) => api.get('/templates', { query: { kind: 'message', channel }, signal }),
  })
  const names = [...new Map(templates.map((each) => [each.name, each.id]))]
  const ways = (['email', 'whatsapp', 'sms'] as const).filter(
    (each) => each === 'email' || connections.some((one) => one.channel === each),
  )
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <FormProblem problem={problem} />
        <TextInput label={t('mailing.label')} required data-autofocus {...form.getInputProps('label')} />
        <SegmentedControl
          aria-label={t('mailing.channel')}
          fullWidth
          data={ways.map((value) => ({ value, label: tv('ui.channel', value) }))}
          {...form.getInputProps('channel')}
          // A template is of one channel.
          onChange={(value) => form.setValues({ channel: ways.find((each) => each === value) ?? channel, template_id: null })}
        />
        <SimpleGrid cols={{ base: 1, xs: ofTrips ? 3 : 2 }} spacing="sm">
          {ofTrips && (
            <Select
              label={t('mailing.whom')}
              allowDeselect={false}
              data={(['traveller', 'agent'] as const).map((value) => ({ value, label: tv('mailing.whoms', value) }))}
              {...form.getInputProps('whom')}
            />
          )}
          <Select
            label={t('mailing.purpose')}
            description={t('mailing.purposeText')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            allowDeselect={false}
            data={(['service', 'marketing'] as const).map((value) => ({ value, label: tv('mailing.purposes', value) }))}
            {...form.getInputProps('purpose')}
          />
          <NumberInput label={t('mailing.rate')} min={1} max={6000} {...form.getInputProps('per_minute')} />
        </SimpleGrid>
        {names.length > 0 && (
          <Select
            label={t('mailing.template')}
            placeholder={t('mailing.noTemplate')}
            clearable
            data={names.map(([label, value]) => ({ value, label }))}
            {...form.getInputProps('template_id')}
          />
        )}
        {channel === 'email' && <TextInput label={t('mailing.subject')} maxLength={500} {...form.getInputProps('subject')} />}
        <Textarea label={t('mailing.text')} autosize minRows={5} maxRows={16} {...form.getInputProps('text')} />
        <Text size="sm" c="dimmed">
          {t('mailing.nothingYet')}
        </Text>
        <FormButtons sending={sending} onCancel={onClose} text={t('mailing.prepare')} />
      </Stack>
    </form>
  )
}
