// A new group of a trip's people: how it is called, by which number, about what, and with whom; then
// what became of each.

import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { api, newKey, Problem } from '@/api'
import { TripPicker } from '@/conversations/trip-picker'
import { connectionsQuery } from '@/queries'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { IconAlertCircle, IconMessages } from '@/ui/icons'
import { Loaded, Loading } from '@/ui/states'

import { againstEach, type Chosen } from './chosen'
import { ParticipantPicker } from './participant-picker'
import { Participants } from './participants'
import { groupQuery } from './queries'
import { GroupState } from './state'

export interface KnownTrip {
  id: string
  reference: string
  title: string
}

interface NewGroupProps {
  /** The number that is looked at. */
  connection?: string | undefined
  trip?: KnownTrip | undefined
  close: () => void
}

export function NewGroup({ connection, trip, close }: NewGroupProps) {
  const [made, setMade] = useState<string>()
  return (
    <Dialogue onClose={close} size="lg" title={t('groups.new')}>
      {made === undefined ? (
        <Form connection={connection} trip={trip} close={close} made={setMade} />
      ) : (
        <Outcome id={made} close={close} />
      )}
    </Dialogue>
  )
}

/** What became of a group that was asked for, and of each who is to be in it. */
export function GroupOutcome({ id, close }: { id: string; close: () => void }) {
  return (
    <Dialogue onClose={close} size="lg" title={t('groups.group')}>
      <Outcome id={id} close={close} />
    </Dialogue>
  )
}

function useNumbers() {
  const connections = useQuery(connectionsQuery)
  const all = (connections.data ?? []).filter((each) => each.channel === 'whatsapp')
  const able = all.filter((each) => 'abilities' in each && (each.abilities as string[]).includes('groups'))
  return { able, none: connections.isSuccess && able.length === 0 }
}

function Form({ connection, trip, close, made }: NewGroupProps & { made: (id: string) => void }) {
  const { able, none } = useNumbers()
  const [chosen, setChosen] = useState<Chosen[]>([])
  const [problems, setProblems] = useState<Record<string, string>>({})
  // One for the whole form: however often it is sent, one group is made.
  const [key, setKey] = useState(newKey)
  const standard = able.find((each) => each.id === connection) ?? able.find((each) => each.details.default) ?? able[0]
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: { subject: '', connection: '', itinerary: trip?.id ?? (null as string | null), participants: '' },
    fieldOf: (field) => {
      if (field.startsWith('participants')) return 'participants'
      return { connection_id: 'connection', itinerary_id: 'itinerary' }[field] ?? field
    },
    validate: { participants: () => (chosen.length === 0 ? t('groups.alone') : null) },
    send: async ({ subject, connection: number, itinerary }) => {
      setProblems({})
      try {
        const group = await api.post('/whatsapp/groups', {
          key,
          body: {
            subject,
            connection_id: number || (standard?.id ?? null),
            itinerary_id: itinerary,
            participants: chosen.map((each) => each.recipient),
          },
        })
        made(group.id)
      } catch (error) {
        if (error instanceof Problem && error.errors.length > 0) {
          // What is mended is another request.
          setKey(newKey())
          setProblems(againstEach(error.errors, chosen))
        }
        throw error
      }
    },
  })
  const guests = useQuery({
    queryKey: ['itineraries', 'one', form.values.itinerary],
    queryFn: ({ signal }) => api.get('/itineraries/{id}', { path: { id: form.values.itinerary ?? '' }, signal }),
    enabled: form.values.itinerary !== null,
  })
  if (none) {
    return (
      <Alert color="orange" icon={<IconAlertCircle size={18} />}>
        {t('groups.noNumber')}
      </Alert>
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('groups.newText')}
        </Text>
        <TextInput label={t('groups.subject')} placeholder={t('groups.subjectHint')} required maxLength={100} data-autofocus {...form.getInputProps('subject')} />
        <Select
          label={t('groups.number')}
          allowDeselect={false}
          data={able.map((each) => ({ value: each.id, label: numberLabel(each.details), disabled: each.state === 'off' }))}
          {...form.getInputProps('connection')}
          value={form.values.connection || (standard?.id ?? null)}
        />
        <TripPicker
          contactId={null}
          known={trip}
          value={form.values.itinerary}
          onChange={(id) => form.setFieldValue('itinerary', id)}
          error={form.errors.itinerary}
          autofocus={false}
        />
        <ParticipantPicker
          guests={form.values.itinerary === null ? undefined : (guests.data?.details.guests ?? [])}
          chosen={chosen}
          choose={(next) => {
            setChosen(next)
            form.clearFieldError('participants')
          }}
          problems={problems}
          error={Object.keys(problems).length > 0 ? undefined : form.errors.participants}
        />
        <FormProblem problem={problem} />
        <FormButtons sending={sending} onCancel={close} text={t('groups.make')} />
      </Stack>
    </form>
  )
}

function numberLabel(details: { label: string; number?: string }): string {
  return [details.label, details.number].filter(Boolean).join(' · ')
}

function Outcome({ id, close }: { id: string; close: () => void }) {
  const group = useQuery(groupQuery(id))
  return (
    <Loaded query={group} loading={<Loading rows={3} pictures />}>
      {(found) => (
        <Stack gap="sm">
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {found.subject}
          </Text>
          {found.state === 'open' ? (
            <Text size="sm" role="status">
              {t('groups.made')}
            </Text>
          ) : (
            <GroupState group={found} />
          )}
          {found.state === 'making' && (
            <Text size="xs" c="dimmed">
              {t('groups.makingText')}
            </Text>
          )}
          <Participants participants={found.participants} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('ui.close')}
            </Button>
            {found.conversation_id !== null && (
              <Button component={Link} to={`/whatsapp/${found.conversation_id}`} leftSection={<IconMessages size={16} aria-hidden />} onClick={close}>
                {t('groups.openGroup')}
              </Button>
            )}
          </Group>
        </Stack>
      )}
    </Loaded>
  )
}
