// A group, beside its thread: how it is called, whose trip it is about, and who is in it.

import { ActionIcon, Anchor, Avatar, Button, CopyButton, Group, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef, useState } from 'react'

import { api, type Group as ChatGroup, type Participant } from '@/api'
import { TripPicker } from '@/conversations/trip-picker'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { IconCheck, IconCopy, IconExternalLink, IconLogout, IconPencil, IconUserPlus, IconUsersGroup } from '@/ui/icons'
import { toast } from '@/ui/toast'

import { AddParticipants } from './add-participants'
import { recipientOf } from './chosen'
import classes from './groups.module.css'
import { Leave } from './leave'
import { Participants } from './participants'
import { GroupState } from './state'

interface PanelProps {
  group: ChatGroup
  /** A part of it under a heading, as the panel around it makes them. */
  section: (title: string, content: ReactNode, action?: ReactNode) => ReactNode
}

export function GroupPanel({ group, section }: PanelProps) {
  const queries = useQueryClient()
  const maySend = useMay('SEND_MESSAGES')
  const [adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState(false)
  const may = maySend && group.state === 'open'
  const asked = (answer: ChatGroup) => {
    queries.setQueryData(['groups', 'one', group.id], answer)
    toast.done(t('groups.asked'))
  }
  const body = (participant: Participant) => ({ path: { id: group.id }, body: { participants: [recipientOf(participant)] } })
  const again = useMutation({
    mutationFn: (participant: Participant) => api.post('/whatsapp/groups/{id}/participants', body(participant)),
    onSuccess: asked,
  })
  const remove = useMutation({
    mutationFn: (participant: Participant) => api.post('/whatsapp/groups/{id}/participants/remove', body(participant)),
    onSuccess: asked,
  })
  return (
    <>
      <Stack gap="xs">
        <Subject key={group.subject} group={group} may={may} />
        <GroupState group={group} />
        {group.invitation !== null && <Invitation link={group.invitation} />}
        <Trip group={group} may={may} />
      </Stack>
      {section(
        t('groups.participants'),
        <Participants participants={group.participants} deeds={may ? { again: again.mutate, remove: remove.mutate } : undefined} />,
        may && (
          <Button size="compact-xs" variant="light" leftSection={<IconUserPlus size={13} aria-hidden />} aria-label={t('groups.add')} onClick={() => setAdding(true)}>
            {t('groups.addSome')}
          </Button>
        ),
      )}
      {may && (
        <Button mt="md" size="compact-sm" variant="subtle" color="red" leftSection={<IconLogout size={15} aria-hidden />} onClick={() => setLeaving(true)}>
          {t('groups.leave')}
        </Button>
      )}
      {adding && <AddParticipants group={group} close={() => setAdding(false)} />}
      {leaving && <Leave group={group} close={() => setLeaving(false)} />}
    </>
  )
}

function Subject({ group, may }: { group: ChatGroup; may: boolean }) {
  const [changing, setChanging] = useState(false)
  // Another name shows once the network has it: until then this says what it will be.
  const [awaited, setAwaited] = useState<string>()
  if (changing) {
    return (
      <Rename
        group={group}
        close={() => setChanging(false)}
        renamed={(subject) => {
          setChanging(false)
          if (subject !== group.subject) setAwaited(subject)
        }}
      />
    )
  }
  return (
    <Group gap="sm" wrap="nowrap">
      <Avatar size={44} color="tide" aria-hidden>
        <IconUsersGroup size={24} stroke={1.6} />
      </Avatar>
      <div style={{ minWidth: 0, flex: 1 }}>
        <Group gap={4} wrap="nowrap">
          <Text fw={650} lineClamp={3} title={group.subject} style={{ overflowWrap: 'anywhere' }}>
            {group.subject}
          </Text>
          {may && (
            <Tooltip label={t('groups.rename')}>
              <ActionIcon variant="subtle" color="gray" onClick={() => setChanging(true)} aria-label={t('groups.rename')}>
                <IconPencil size={15} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {t('groups.participantsCount', { count: group.members })}
        </Text>
        {awaited !== undefined && (
          <Text size="xs" c="dimmed" role="status">
            {t('groups.renaming', { subject: awaited })}
          </Text>
        )}
      </div>
    </Group>
  )
}

function Rename({ group, close, renamed }: { group: ChatGroup; close: () => void; renamed: (subject: string) => void }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: { subject: group.subject },
    send: async ({ subject }) => {
      await api.put('/whatsapp/groups/{id}', {
        path: { id: group.id },
        version: group.version,
        body: { subject, itinerary_id: group.itinerary_id },
      })
      renamed(subject.trim())
    },
  })
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <TextInput label={t('groups.subject')} required maxLength={100} ref={input} {...form.getInputProps('subject')} />
        <FormProblem problem={problem} />
        <FormButtons sending={sending} onCancel={close} text={t('ui.save')} />
      </Stack>
    </form>
  )
}

/** What is said from now on belongs to this trip. */
function Trip({ group, may }: { group: ChatGroup; may: boolean }) {
  const queries = useQueryClient()
  const trip = useQuery({
    queryKey: ['itineraries', 'one', group.itinerary_id],
    queryFn: ({ signal }) => api.get('/itineraries/{id}', { path: { id: group.itinerary_id ?? '' }, signal }),
    enabled: group.itinerary_id !== null,
  }).data
  const change = useMutation({
    mutationFn: (itinerary: string | null) =>
      api.put('/whatsapp/groups/{id}', { path: { id: group.id }, version: group.version, body: { subject: group.subject, itinerary_id: itinerary } }),
    onSuccess: (answer) => queries.setQueryData(['groups', 'one', group.id], answer),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['groups', 'one', group.id] }),
  })
  return (
    <Stack gap={6}>
      {may && (
        <TripPicker
          contactId={null}
          size="xs"
          autofocus={false}
          description={t('groups.tripText')}
          known={trip && { id: trip.id, reference: trip.reference, title: trip.details.title }}
          value={group.itinerary_id}
          onChange={(itinerary) => itinerary !== group.itinerary_id && change.mutate(itinerary)}
        />
      )}
      {trip && (
        <Anchor component={Link} to={`/itineraries/${trip.id}`} className={classes.link ?? ''}>
          <IconExternalLink size={13} aria-hidden style={{ flex: 'none' }} />
          {may ? t('groups.openTrip') : `${trip.reference} · ${trip.details.title}`}
        </Anchor>
      )}
    </Stack>
  )
}

function Invitation({ link }: { link: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {t('groups.invitation')}
      </Text>
      <Group gap={4} wrap="nowrap">
        <Text size="xs" truncate flex={1} title={link}>
          {link.replace(/^https?:\/\//, '')}
        </Text>
        <CopyButton value={link}>
          {({ copied, copy }) => (
            <Tooltip label={t(copied ? 'groups.copied' : 'groups.copyLink')}>
              <ActionIcon variant="subtle" color={copied ? 'teal' : 'gray'} onClick={copy} aria-label={t(copied ? 'groups.copied' : 'groups.copyLink')}>
                {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
    </div>
  )
}
