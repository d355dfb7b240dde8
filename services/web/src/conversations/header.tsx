import { ActionIcon, Avatar, Badge, Button, Group, Menu, Text, Tooltip } from '@mantine/core'
import {
  IconArchive, IconArchiveOff, IconArrowLeft, IconBell, IconHourglass, IconDots, IconInfoCircle, IconMail, IconSearch, IconTag, IconUserCheck,
} from '@/ui/icons'
import { useQuery } from '@tanstack/react-query'

import type { Conversation } from '@/api'
import { groupQuery } from '@/groups/queries'
import { connectionsQuery, usersQuery } from '@/queries'
import { t } from '@/texts'
import { ago } from '@/time'
import { ChannelIcon } from '@/ui/channel'
import { readable } from '@/ui/address'
import { initials } from '@/ui/initials'

import type { Deeds } from './deeds'
import classes from './conversations.module.css'
import { nameOf, Picture } from './row'

interface HeaderProps {
  conversation: Conversation
  deeds: Deeds
  back: () => void
  panel: boolean
  togglePanel: () => void
  /** Looks for words in it. */
  find: () => void
  isFinding: boolean
}

/** Who is in a group, as far as there is room. */
function Members({ groupId }: { groupId: string | null | undefined }) {
  const group = useQuery(groupQuery(groupId)).data
  if (!group) return null
  const names = group.participants.filter((each) => each.standing === 'added').map((each) => each.name).join(', ')
  return (
    <Text inherit truncate title={names}>
      {names || t('groups.participantsCount', { count: group.members })}
    </Text>
  )
}

/** Above a thread: whose it is, what is owed, and what is done with the whole. */
export function Header({ conversation, deeds, back, panel, togglePanel, find, isFinding }: HeaderProps) {
  const users = useQuery(usersQuery).data
  const connection = useQuery(connectionsQuery).data?.find((each) => each.id === conversation.connection_id)
  const assignee = users?.find((each) => each.id === conversation.assignee_id)
  const attentive = conversation.state === 'attentive'
  const name = nameOf(conversation)
  const about = conversation.kind === 'group' ? 'groups.panel' : 'conversations.panel'
  return (
    <Group className={classes.head} gap="xs" justify="space-between">
      <Group gap="xs" wrap="nowrap" className={classes.whose}>
        <ActionIcon variant="subtle" color="gray" hiddenFrom="md" onClick={back} aria-label={t('conversations.back')}>
          <IconArrowLeft size={18} />
        </ActionIcon>
        <Picture conversation={conversation} size={34} visibleFrom="sm" />
        <div style={{ minWidth: 0 }}>
          <Text component="h2" fw={650} size="md" truncate title={name} m={0} lh={1.25}>
            {name}
          </Text>
          <Group gap={5} wrap="nowrap" c="dimmed" fz="xs">
            <ChannelIcon channel={conversation.channel} size={13} />
            {conversation.kind === 'group' ? <Members groupId={conversation.group_id} /> : (
              <Text inherit truncate title={readable(conversation.address)}>
                {readable(conversation.address)}
              </Text>
            )}
            {connection && (
              <Text inherit truncate visibleFrom="lg">
                · {t('conversations.by', { label: connection.details.label })}
              </Text>
            )}
          </Group>
        </div>
      </Group>
      <Group gap={4} wrap="nowrap" ml="auto" style={{ flex: 'none' }}>
        <Tooltip label={attentive && conversation.waiting_since ? t('conversations.waits', { ago: ago(conversation.waiting_since) }) : t('conversations.stateText')}>
          <Button
            size="compact-sm"
            variant="light"
            color={attentive ? 'orange' : 'teal'}
            onClick={() => deeds.setState(attentive ? 'answered' : 'attentive')}
          >
            {t(attentive ? 'conversations.attentive' : 'conversations.answered')}
          </Button>
        </Tooltip>
        <Tooltip label={assignee ? t('conversations.responsible', { name: assignee.name }) : t('conversations.assign')}>
          <ActionIcon size="lg" variant="subtle" color="gray" onClick={deeds.openAssign} aria-label={assignee ? `${initials(assignee.name)} ${t('conversations.responsible', { name: assignee.name })}` : t('conversations.assign')}>
            {assignee ? <Avatar name={assignee.name} color="initials" size={26}>{initials(assignee.name)}</Avatar> : <IconUserCheck size={18} stroke={1.6} />}
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t(conversation.archived ? 'conversations.unarchive' : 'conversations.archive')}>
          <ActionIcon size="lg" variant="subtle" color="gray" onClick={deeds.archive} aria-label={t(conversation.archived ? 'conversations.unarchive' : 'conversations.archive')}>
            {conversation.archived ? <IconArchiveOff size={18} stroke={1.6} /> : <IconArchive size={18} stroke={1.6} />}
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('conversations.find')}>
          <ActionIcon visibleFrom="sm" size="lg" variant={isFinding ? 'light' : 'subtle'} color="gray" onClick={find} aria-label={t('conversations.find')} aria-pressed={isFinding}>
            <IconSearch size={18} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <Menu position="bottom-end" withinPortal shadow="md">
          <Menu.Target>
            <ActionIcon size="lg" variant="subtle" color="gray" aria-label={t('conversations.more')}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item hiddenFrom="sm" leftSection={<IconSearch size={16} />} onClick={find}>
              {t('conversations.find')}
            </Menu.Item>
            <Menu.Item leftSection={<IconTag size={16} />} onClick={deeds.openLabels}>
              {t('conversations.labels')}
            </Menu.Item>
            <Menu.Item leftSection={<IconHourglass size={16} />} onClick={deeds.openFollowUp}>
              {t(conversation.follow_up ? 'conversations.putOffAnew' : 'conversations.putOff')}
            </Menu.Item>
            {conversation.follow_up && (
              <Menu.Item onClick={deeds.bringBack}>{t('conversations.bringBack')}</Menu.Item>
            )}
            <Menu.Item leftSection={<IconMail size={16} />} onClick={deeds.unread}>
              {t('conversations.markUnread')}
            </Menu.Item>
            <Menu.Item leftSection={<IconBell size={16} />} onClick={deeds.openNotify}>
              {t('conversations.notify')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Tooltip label={t(about)}>
          <ActionIcon size="lg" variant={panel ? 'light' : 'subtle'} color="gray" onClick={togglePanel} aria-label={t(about)} aria-pressed={panel}>
            <IconInfoCircle size={18} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {conversation.archived && (
        <Badge color="gray" visibleFrom="xl">
          {t('conversations.archived')}
        </Badge>
      )}
    </Group>
  )
}
