// Who it is, beside the thread: the person, their trips, what else was said, what was done.

import { Anchor, Avatar, Badge, Button, Group, Select, Stack, Text, Title } from '@mantine/core'
import { IconUsers, IconExternalLink } from '@/ui/icons'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'

import { api, type Contact, type Conversation } from '@/api'
import { GroupPanel } from '@/groups'
import { groupQuery } from '@/groups/queries'
import { useMay, usersQuery } from '@/queries'
import { t, tv } from '@/texts'
import { ChannelIcon } from '@/ui/channel'
import { Moment } from '@/ui/moment'
import { Loaded, Loading } from '@/ui/states'

import { useChange } from '../change'
import classes from '../conversations.module.css'
import { contactQuery, labelsQuery } from '../queries'
import { LabelMark, nameOf } from '../row'
import { History } from './history'
import { Identities } from './identities'
import { MergeInto } from './merge'
import { Tags } from './tags'
import { Trips } from './trips'

interface PanelProps {
  conversation: Conversation
  openLabels: () => void
}

export function Panel({ conversation, openLabels }: PanelProps) {
  const isGroup = conversation.kind === 'group'
  const contact = useQuery(contactQuery(conversation.contact_id))
  return (
    <div className={classes.panel} role="region" aria-label={t(isGroup ? 'groups.panel' : 'conversations.panel')}>
      {isGroup ? (
        <TheGroup id={conversation.group_id} />
      ) : conversation.contact_id === null ? (
        <Text size="sm" c="dimmed">
          {t('conversations.noContact')}
        </Text>
      ) : (
        <Loaded query={contact} loading={<Loading rows={3} pictures />}>
          {(person) => <Person contact={person} />}
        </Loaded>
      )}
      <Responsible conversation={conversation} openLabels={openLabels} />
      {conversation.contact_id !== null && (
        <>
          <Section title={t('conversations.itineraries')}>
            <Trips contactId={conversation.contact_id} />
          </Section>
          <Section title={t('conversations.others')}>
            <Others conversation={conversation} contactId={conversation.contact_id} />
          </Section>
        </>
      )}
      <History key={conversation.id} conversationId={conversation.id} />
    </div>
  )
}

function TheGroup({ id }: { id: string | null | undefined }) {
  const group = useQuery(groupQuery(id))
  return (
    <Loaded query={group} loading={<Loading rows={3} pictures />}>
      {(found) => (
        <GroupPanel
          key={found.id}
          group={found}
          section={(title, content, action) => (
            <Section title={title} action={action}>
              {content}
            </Section>
          )}
        />
      )}
    </Loaded>
  )
}

export function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <Group justify="space-between" mb={6}>
        <Title order={3} size="h5">
          {title}
        </Title>
        {action}
      </Group>
      {children}
    </section>
  )
}

function Person({ contact }: { contact: Contact }) {
  const mayEdit = useMay('EDIT_CONTACTS')
  const [merging, setMerging] = useState(false)
  const about = [contact.position, contact.company].filter(Boolean).join(', ')
  return (
    <Stack gap="xs">
      <Group gap="sm" wrap="nowrap">
        <Avatar name={contact.name} color="initials" size={44} aria-hidden />
        <div style={{ minWidth: 0 }}>
          <Text fw={650} truncate title={contact.name}>
            {contact.name}
          </Text>
          <Group gap={6}>
            <Badge size="sm" color={contact.kind === 'unknown' ? 'orange' : 'tide'}>
              {tv('conversations.kind', contact.kind)}
            </Badge>
            {contact.language && (
              <Text size="xs" c="dimmed">
                {contact.language.toUpperCase()}
              </Text>
            )}
          </Group>
          {about !== '' && (
            <Text size="xs" c="dimmed" truncate title={about}>
              {about}
            </Text>
          )}
        </div>
      </Group>
      <Group gap="xs">
        <Button component={Link} to={`/contacts/${contact.id}`} size="compact-xs" variant="light" leftSection={<IconExternalLink size={13} aria-hidden />}>
          {t('conversations.card')}
        </Button>
        {mayEdit && (
          <Button size="compact-xs" variant="default" leftSection={<IconUsers size={13} aria-hidden />} onClick={() => setMerging(true)}>
            {t(contact.kind === 'unknown' ? 'conversations.linkCard' : 'conversations.merge')}
          </Button>
        )}
      </Group>
      <Identities contact={contact} />
      <Tags contact={contact} />
      {contact.notes !== '' && (
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'pre-wrap' }} lineClamp={6}>
          {contact.notes}
        </Text>
      )}
      {merging && <MergeInto contact={contact} close={() => setMerging(false)} />}
    </Stack>
  )
}

function Responsible({ conversation, openLabels }: PanelProps) {
  const users = useQuery(usersQuery).data ?? []
  const labels = useQuery(labelsQuery).data ?? []
  const change = useChange()
  const shown = labels.filter((each) => conversation.label_ids?.includes(each.id))
  return (
    <Section title={t('conversations.thisOne')}>
      <Stack gap="xs">
        <Select
          size="xs"
          label={t('conversations.responsibleUser')}
          placeholder={t('conversations.nobodyYet')}
          clearable
          value={conversation.assignee_id ?? null}
          data={users.filter((each) => each.active).map((each) => ({ value: each.id, label: each.name }))}
          onChange={(user) => change.mutate({ conversation, change: { what: 'assignee', user } })}
        />
        <Group gap={4}>
          {shown.map((label) => (
            <LabelMark key={label.id} label={label} />
          ))}
          <Button size="compact-xs" variant="subtle" onClick={openLabels}>
            {t('conversations.labels')}
          </Button>
        </Group>
        {conversation.state_by_hand && (
          <Text size="xs" c="dimmed">
            {t('conversations.byHand', {
              state: t(`conversations.${conversation.state ?? 'answered'}`),
              name: conversation.state_by_hand.user_name,
            })}{' '}
            <Moment at={conversation.state_by_hand.at} />
          </Text>
        )}
      </Stack>
    </Section>
  )
}

/** The same person on other channels and numbers. */
function Others({ conversation, contactId }: { conversation: Conversation; contactId: string }) {
  const others = useQuery({
    queryKey: ['conversations', 'of', contactId],
    queryFn: async ({ signal }) => {
      const both = await Promise.all(
        [false, true].map((archived) =>
          api.get('/conversations', { query: { contact_id: contactId, archived, limit: 20 }, signal }),
        ),
      )
      return both.flatMap((each) => each.conversations)
    },
  })
  return (
    <Loaded query={others} loading={<Loading rows={2} />}>
      {(all) => {
        const rest = all.filter((each) => each.id !== conversation.id)
        if (rest.length === 0) return <Text size="xs" c="dimmed">{t('conversations.noOthers')}</Text>
        return (
          <Stack gap={4}>
            {rest.map((each) => (
              <Anchor key={each.id} component={Link} to={`/inbox/${each.id}`} c="inherit" fz="xs">
                <Group gap={6} wrap="nowrap">
                  <ChannelIcon channel={each.channel} size={14} />
                  <Text inherit truncate flex={1} title={each.preview}>
                    {each.subject || each.preview || nameOf(each)}
                  </Text>
                  <Moment at={each.last_at} c="dimmed" style={{ whiteSpace: 'nowrap' }} />
                </Group>
              </Anchor>
            ))}
          </Stack>
        )
      }}
    </Loaded>
  )
}

