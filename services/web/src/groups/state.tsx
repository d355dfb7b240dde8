import { Alert, Group, Loader, Text } from '@mantine/core'

import type { Group as ChatGroup } from '@/api'
import { said, t } from '@/texts'
import { IconAlertCircle, IconInfoCircle } from '@/ui/icons'

/** Why one cannot write into a group, in a sentence; undefined where one can. */
export function closed({ state, reason }: Pick<ChatGroup, 'state' | 'reason'>): string | undefined {
  if (state === 'open') return undefined
  return [t(`groups.state.${state}`), said(reason ?? '')].filter(Boolean).join(' ')
}

/** What is wrong with a group, or that it is still being made; nothing where it is open. */
export function GroupState({ group }: { group: ChatGroup }) {
  if (group.state === 'open') return null
  if (group.state === 'making') {
    return (
      <Group gap="xs" wrap="nowrap" role="status">
        <Loader size={16} aria-hidden />
        <Text size="sm">{t('groups.making')}</Text>
      </Group>
    )
  }
  const Icon = group.state === 'left' ? IconInfoCircle : IconAlertCircle
  return (
    <Alert color={group.state === 'left' ? 'gray' : group.state === 'failed' ? 'red' : 'orange'} p="xs" icon={<Icon size={18} />} role="status">
      {closed(group)}
    </Alert>
  )
}
