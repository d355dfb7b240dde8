import { Alert, Button, Fieldset, FileButton, Group, Pill, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconFileTypePdf, IconPaperclip } from '@/ui/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Contact, type File as Uploaded } from '@/api'
import { Copies } from '@/composer/copies'
import { TripPicker } from '@/conversations/trip-picker'
import { connectionsQuery } from '@/queries'
import { said, t, tv } from '@/texts'
import { toast } from '@/ui/toast'

import { connected, hasAddress } from './channels'
import { type Addressed, type Letter, missingVariables, type Obstacle, otherProblems, type Occasion } from './letters'

interface LetterFormProps {
  letter: Addressed
  occasion: Occasion
  contact: Contact | undefined
  problems: readonly Obstacle[]
  onChange: (change: Partial<Letter>) => void
  disabled: boolean
}

/** What somebody can say about one letter: its way, its template and his own words. */
export function LetterForm({ letter, occasion, contact, problems, onChange, disabled }: LetterFormProps) {
  const { data: connections = [] } = useQuery(connectionsQuery)
  const { data: templates = [] } = useQuery({
    queryKey: ['templates', occasion.kind, letter.channel],
    queryFn: ({ signal }) =>
      api.get('/templates', { query: { kind: occasion.kind, channel: letter.channel }, signal }),
  })
  const missing = missingVariables(problems)
  const asked = [...new Set([...Object.keys(letter.variables), ...missing])].sort()
  const ways = connections.filter((each) => each.channel === letter.channel)
  // Those of one name are one message in several languages; the API takes the recipient's.
  const names = [...new Map(templates.map((each) => [each.name, each.id]))]
  const reasons = (field: string) => said(problems.find((each) => each.field === field)?.reason ?? '') || undefined
  return (
    <Fieldset variant="unstyled" disabled={disabled}>
      <Stack gap="sm">
      <SegmentedControl
        aria-label={t('outreach.channel')}
        fullWidth
        value={letter.channel}
        disabled={disabled}
        onChange={(value) => onChange({ channel: value, connectionId: null, templateId: null })}
        data={connected(connections).map((channel) => ({
          value: channel,
          label: tv('ui.channel', channel),
          disabled: contact !== undefined && !hasAddress(contact, channel),
        }))}
      />
      <Group grow align="flex-start" gap="sm">
        {names.length > 1 && (
          <Select
            label={t('outreach.template')}
            placeholder={t('outreach.templateStandard')}
            clearable
            disabled={disabled}
            value={letter.templateId}
            onChange={(templateId) => onChange({ templateId })}
            data={names.map(([label, value]) => ({ value, label }))}
          />
        )}
        {ways.length > 1 && (
          <Select
            label={t('outreach.connection')}
            placeholder={t('outreach.standard')}
            clearable
            disabled={disabled}
            value={letter.connectionId}
            onChange={(connectionId) => onChange({ connectionId })}
            data={ways.map((each) => ({ value: each.id, label: each.details.label }))}
          />
        )}
      </Group>
      {asked.length > 0 && (
        <Alert color={missing.length > 0 ? 'red' : 'gray'} title={t('outreach.missing')} icon={<IconAlertTriangle size={18} />}>
          <Stack gap="xs">
            {asked.map((name) => (
              <TextInput
                key={name}
                label={<code>{`{{ ${name} }}`}</code>}
                required
                value={letter.variables[name] ?? ''}
                error={missing.includes(name) && reasons(`variables.${name}`)}
                onChange={(event) =>
                  onChange({ variables: { ...letter.variables, [name]: event.currentTarget.value } })
                }
              />
            ))}
          </Stack>
        </Alert>
      )}
      {occasion.whom === 'person' && (
        <TripPicker
          contactId={letter.contactId}
          autofocus={false}
          value={letter.itineraryId}
          onChange={(itineraryId) => onChange({ itineraryId })}
        />
      )}
      {letter.channel === 'email' && <CopiesOf letter={letter} onChange={onChange} disabled={disabled} />}
      {letter.channel === 'email' && (
        <TextInput
          label={t('outreach.subject')}
          placeholder={t('outreach.subjectPlaceholder')}
          value={letter.subject}
          maxLength={500}
          onChange={(event) => onChange({ subject: event.currentTarget.value })}
        />
      )}
      <Textarea
        label={t('outreach.text')}
        description={letter.services.length > 0 ? t('outreach.textHint') : t('outreach.textHintFree')}
        placeholder={t('outreach.textPlaceholder')}
        autosize
        minRows={4}
        maxRows={12}
        value={letter.text}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      <Files letter={letter} occasion={occasion} onChange={onChange} disabled={disabled} />
      <Obstacles problems={otherProblems(problems)} />
      </Stack>
    </Fieldset>
  )
}

/** Most letters have no copies: their fields come when somebody asks for them. */
function CopiesOf({ letter: { cc, bcc }, onChange, disabled }: Pick<LetterFormProps, 'letter' | 'onChange' | 'disabled'>) {
  const [asked, setAsked] = useState(false)
  if (asked || cc.length + bcc.length > 0) return <Copies cc={cc} bcc={bcc} onChange={onChange} disabled={disabled} />
  return (
    <Button variant="subtle" size="compact-xs" style={{ alignSelf: 'flex-start' }} disabled={disabled} onClick={() => setAsked(true)}>
      {t('composer.cc')}
    </Button>
  )
}

function Files({ letter, occasion, onChange, disabled }: Pick<LetterFormProps, 'letter' | 'occasion' | 'onChange' | 'disabled'>) {
  const add = (file: { id: string; name: string }) => onChange({ attachments: [...letter.attachments, file] })
  const upload = useMutation({
    mutationFn: (files: File[]) => Promise.all(files.map((file) => api.upload(file, file.name))),
    onSuccess: (made) => onChange({ attachments: [...letter.attachments, ...made.map(named)] }),
    onError: (error) => toast.failure(error),
    meta: { silent: true },
  })
  const paper = useMutation({
    mutationFn: (kind: 'itinerary' | 'confirmation') =>
      api.post('/itineraries/{id}/papers', { path: { id: letter.itineraryId ?? '' }, body: { kind } }),
    onSuccess: (file) => add(named(file)),
  })
  const kind = occasion.kind === 'booking_confirmation' ? 'confirmation' : 'itinerary'
  return (
    <Stack gap={6}>
      {letter.attachments.length > 0 && (
        <Pill.Group aria-label={t('outreach.attachments')}>
          {letter.attachments.map((file) => (
            <Pill
              key={file.id}
              withRemoveButton={!disabled}
              removeButtonProps={{ 'aria-label': t('outreach.detach', { name: file.name }), tabIndex: 0, 'aria-hidden': false }}
              onRemove={() => onChange({ attachments: letter.attachments.filter((each) => each.id !== file.id) })}
            >
              {file.name}
            </Pill>
          ))}
        </Pill.Group>
      )}
      <Group gap="xs">
        <FileButton multiple onChange={(files) => upload.mutate(files)}>
          {(props) => (
            <Button {...props} variant="default" size="xs" loading={upload.isPending} disabled={disabled} leftSection={<IconPaperclip size={15} />}>
              {t('outreach.attach')}
            </Button>
          )}
        </FileButton>
        {letter.itineraryId !== null && (
          <Button
            variant="default"
            size="xs"
            loading={paper.isPending}
            disabled={disabled}
            leftSection={<IconFileTypePdf size={15} />}
            onClick={() => paper.mutate(kind)}
          >
            {t(kind === 'confirmation' ? 'outreach.attachConfirmation' : 'outreach.attachItinerary')}
          </Button>
        )}
      </Group>
    </Stack>
  )
}

function named({ id, file }: Uploaded): { id: string; name: string } {
  return { id, name: file.name }
}

/** What stands in the way and has no field of its own to say it at. */
export function Obstacles({ problems }: { problems: readonly Obstacle[] }) {
  if (problems.length === 0) return null
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle size={18} />} title={t('outreach.problems', { count: problems.length })}>
      {problems.map(({ field, reason }) => (
        <Text key={`${field} ${reason}`} size="sm">
          {tv('outreach.field', field.replace(/\W.*$/, ''))}: {said(reason)}
        </Text>
      ))}
    </Alert>
  )
}
