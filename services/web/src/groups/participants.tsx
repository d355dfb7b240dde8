// Everybody who is in a group, was, or is to be: how each stands, since when and why.

import { ActionIcon, Avatar, Badge, Group, Menu, Text, UnstyledButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import type { Participant } from '@/api'
import { said, t } from '@/texts'
import { short } from '@/time'
import { IconDots, IconRefresh, IconUserCircle, IconUserX } from '@/ui/icons'
import { Moment } from '@/ui/moment'

import { inOrder, isInside } from './chosen'
import classes from './groups.module.css'
import { Standing } from './standing'

export interface ParticipantDeeds {
  remove: (participant: Participant) => void
  again: (participant: Participant) => void
}

interface ParticipantsProps {
  participants: readonly Participant[]
  /** Where it may be done, by this person and in this group. */
  deeds?: ParticipantDeeds | undefined
}

export function Participants({ participants, deeds }: ParticipantsProps) {
  if (participants.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('groups.nobody')}
      </Text>
    )
  }
  return (
    <ul className={classes.participants} aria-label={t('groups.participants')}>
      {inOrder(participants).map((each) => (
        <li key={each.address}>
          <Line participant={each} deeds={deeds} />
        </li>
      ))}
    </ul>
  )
}

function Line({ participant, deeds }: { participant: Participant; deeds: ParticipantDeeds | undefined }) {
  const { address, standing, reason, at, admin } = participant
  const name = nameOf(participant)
  const [open, setOpen] = useState(false)
  const history = participant.history ?? []
  return (
    <>
      <Group gap={8} wrap="nowrap" align="flex-start">
        <Avatar name={name} color="initials" size={30} aria-hidden />
        <div style={{ minWidth: 0, flex: 1 }}>
          <Group gap={6} wrap="nowrap" justify="space-between">
            <Text size="sm" fw={500} truncate title={name}>
              {name}
            </Text>
            <Standing standing={standing} />
          </Group>
          <Group gap={6} wrap="nowrap" c="dimmed" fz="xs">
            {admin && (
              <Badge size="xs" color="gray" style={{ flex: 'none' }}>
                {t('groups.admin')}
              </Badge>
            )}
            {participant.name !== address && (
              <Text inherit truncate title={address}>
                {numeral(address)}
              </Text>
            )}
            {history.length > 1 ? (
              <UnstyledButton
                fz="xs"
                ml="auto"
                td="underline"
                style={{ whiteSpace: 'nowrap' }}
                aria-expanded={open}
                aria-label={`${t('groups.historyOf', { name })}, ${short(at)}`}
                onClick={() => setOpen(!open)}
              >
                {short(at)}
              </UnstyledButton>
            ) : (
              <Moment at={at} ml="auto" style={{ whiteSpace: 'nowrap' }} />
            )}
          </Group>
          {reason !== null && (
            <Text size="xs" c={standing === 'refused' ? 'var(--mantine-color-error)' : 'dimmed'}>
              {said(reason)}
            </Text>
          )}
          {open && (
            <ol style={{ listStyle: 'none', margin: '4px 0 0', padding: 0 }}>
              {history.map((each, index) => (
                <Text key={index} component="li" size="xs" c="dimmed">
                  {t(`groups.standing.${each.standing}`)} · <Moment at={each.at} />
                  {each.reason != null && ` · ${said(each.reason)}`}
                </Text>
              ))}
            </ol>
          )}
        </div>
        <More participant={participant} deeds={deeds} />
      </Group>
    </>
  )
}

function More({ participant, deeds }: { participant: Participant; deeds: ParticipantDeeds | undefined }) {
  const { contact_id, standing } = participant
  const name = nameOf(participant)
  const mayRemove = deeds !== undefined && isInside(participant)
  const mayAsk = deeds !== undefined && !isInside(participant) && standing !== 'asked'
  if (contact_id === null && !mayRemove && !mayAsk) return null
  return (
    <Menu position="bottom-end" withinPortal shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('groups.removeOf', { name })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {contact_id !== null && (
          <Menu.Item component={Link} to={`/contacts/${contact_id}`} leftSection={<IconUserCircle size={16} />}>
            {t('groups.card')}
          </Menu.Item>
        )}
        {mayAsk && (
          <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => deeds.again(participant)}>
            {t('groups.again')}
          </Menu.Item>
        )}
        {mayRemove && (
          <Menu.Item color="red" leftSection={<IconUserX size={16} />} onClick={() => deeds.remove(participant)}>
            {t('groups.remove')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Who has no name is known by the number. */
function nameOf({ name, address }: Participant): string {
  return name === address ? numeral(address) : name
}

/** A number as one writes it: WhatsApp's addresses are numbers without their plus. */
function numeral(address: string): string {
  return /^\d{7,15}$/.test(address) ? `+${address}` : address
}
