// A first message to somebody: who, by which number, about which trip, and what.

import { Button, FileButton, Group, Select, Stack, Text, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type ApprovedTemplate, type Attachment, type Contact, type Draft, newKey } from '@/api'
import { ClosedWindow } from '@/composer/approved'
import { Tray } from '@/composer/tray'
import { useUploads } from '@/composer/uploads'
import { TripPicker } from '@/conversations/trip-picker'
import { connectionsQuery } from '@/queries'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormProblem, useProblemForm } from '@/ui/form'
import { IconPaperclip } from '@/ui/icons'
import { NothingFound } from '@/ui/nothing-found'

import { mayWriteQuery } from './first-word'

const DEBOUNCE = 250 // ms

interface Values extends Record<string, unknown> {
  contact: string
  connection: string
  itinerary: string | null
  text: string
}

interface NewChatProps {
  connection: string | undefined
  close: () => void
  opened: (conversationId: string) => void
}

export function NewChat({ connection, close, opened }: NewChatProps) {
  const connections = useQuery(connectionsQuery).data ?? []
  const numbers = connections.filter((each) => each.channel === 'whatsapp')
  const [attachments, setAttachments] = useState<Attachment[]>([])
  const [contact, setContact] = useState<Contact>()
  // One for the whole form: however often it is sent, it leaves once.
  const [key] = useState(newKey)
  const { uploads, add, cancel } = useUploads(attachments, (file) => setAttachments((now) => [...now, file]))
  const standard = numbers.find((each) => each.details.default) ?? numbers[0]
  const send = async (values: Values, words: Pick<Draft, 'text' | 'attachments' | 'approved_template'>) => {
    const answer = await api.post('/messages', {
      key,
      body: {
        channel: 'whatsapp',
        ...(values.connection && { connection_id: values.connection }),
        to: [{ contact_id: values.contact }],
        ...(values.itinerary && { itinerary_id: values.itinerary }),
        ...words,
      },
    })
    const [message] = Array.isArray(answer) ? answer : []
    if (message) opened(message.conversation_id)
    else close()
  }
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: { contact: '', connection: connection ?? standard?.id ?? '', itinerary: null, text: '' },
    fieldOf: (field) => ({ 'to[0].contact_id': 'contact', 'to[0]': 'contact', connection_id: 'connection', itinerary_id: 'itinerary' })[field] ?? field,
    validate: { contact: (value) => (value === '' ? t('whatsapp.whom') : null) },
    send: (values) => send(values, { text: values.text, attachments: attachments.map((each) => each.id) }),
  })
  const approved = useMutation({
    mutationFn: (template: ApprovedTemplate) => send(form.getValues(), { approved_template: template }),
  })
  const { contact: whom, connection: number } = form.values
  const mayWrite = useQuery({ ...mayWriteQuery(whom, number), enabled: whom !== '' && number !== '' })
  const closed = mayWrite.data === false
  return (
    <Dialogue onClose={close} title={t('whatsapp.newChat')}>
      <form onSubmit={(event) => (closed ? event.preventDefault() : submit(event))}>
        <Stack gap="sm">
          <ContactPicker
            chosen={contact}
            error={form.errors.contact}
            choose={(next) => {
              setContact(next)
              form.setFieldValue('contact', next?.id ?? '')
            }}
          />
          <Select
            label={t('whatsapp.from')}
            allowDeselect={false}
            data={numbers.map((each) => ({ value: each.id, label: `${each.details.label} · ${each.details.number}`, disabled: each.state === 'off' }))}
            {...form.getInputProps('connection')}
          />
          <TripPicker contactId={contact?.id ?? null} value={form.values.itinerary} onChange={(id) => form.setFieldValue('itinerary', id)} />
          {closed ? (
            <ClosedWindow
              key={number}
              connection={number}
              choose={(template) => {
                if (!approved.isPending) approved.mutate(template)
              }}
            />
          ) : (
            <>
              <Textarea
                label={t(attachments.length > 0 ? 'composer.caption' : 'composer.words')}
                autosize
                minRows={3}
                maxRows={10}
                {...form.getInputProps('text')}
              />
              <Tray attachments={attachments} uploads={uploads} remove={(id) => setAttachments((now) => now.filter((each) => each.id !== id))} cancel={cancel} />
              <FormProblem problem={problem} />
              <Group justify="space-between">
                <FileButton onChange={add} multiple>
                  {(props) => (
                    <Button variant="default" leftSection={<IconPaperclip size={16} aria-hidden />} {...props}>
                      {t('composer.attach')}
                    </Button>
                  )}
                </FileButton>
                <Button type="submit" loading={sending} disabled={uploads.length > 0}>
                  {t('composer.send')}
                </Button>
              </Group>
            </>
          )}
        </Stack>
      </form>
    </Dialogue>
  )
}

interface ContactPickerProps {
  chosen: Contact | undefined
  choose: (contact: Contact | undefined) => void
  error: React.ReactNode
}

function ContactPicker({ chosen, choose, error }: ContactPickerProps) {
  const [words, setWords] = useState('')
  const [asked] = useDebouncedValue(words.trim(), DEBOUNCE)
  const found = useQuery({
    queryKey: ['contacts', 'to-write', asked],
    queryFn: ({ signal }) => api.get('/contacts', { query: { ...(asked !== '' && { q: asked }), limit: 20 }, signal }),
  })
  const reached = (found.data?.contacts ?? []).filter((each) => each.identities.some(({ scheme }) => scheme !== 'email'))
  const offered = chosen && !reached.some((each) => each.id === chosen.id) ? [chosen, ...reached] : reached
  const numberOf = (contact: Contact) => contact.identities.find((each) => each.scheme !== 'email')?.display ?? ''
  return (
    <Select
      label={t('whatsapp.to')}
      placeholder={t('whatsapp.toHint')}
      required
      searchable
      data-autofocus
      filter={({ options }) => options}
      searchValue={words}
      onSearchChange={setWords}
      value={chosen?.id ?? null}
      data={offered.map((each) => ({ value: each.id, label: each.name }))}
      renderOption={({ option }) => {
        const contact = offered.find((each) => each.id === option.value)
        return (
          <div>
            <Text size="sm">{option.label}</Text>
            {contact && (
              <Text size="xs" c="dimmed">
                {[numberOf(contact), contact.company].filter(Boolean).join(' · ')}
              </Text>
            )}
          </div>
        )
      }}
      nothingFoundMessage={<NothingFound>{t('conversations.noneFits')}</NothingFound>}
      error={error}
      onChange={(id) => choose(offered.find((each) => each.id === id))}
    />
  )
}
