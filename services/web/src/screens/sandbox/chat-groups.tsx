import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'

import { api, type SandboxGroup } from '@/api'
import { t } from '@/texts'
import { IconCheck, IconUsersGroup } from '@/ui/icons'

import type { Device } from './devices'
import { useLookAgain } from './queries'

/** The groups of the demo's world: a phone comes into one by its invitation, and leaves it. */
export function ChatGroups({ device: { address, name } }: { device: Device }) {
  const again = useLookAgain()
  const { data: groups = [] } = useQuery({
    queryKey: ['sandbox', 'groups'],
    queryFn: ({ signal }) => api.get('/sandbox/groups', { signal }),
  })
  const change = useMutation({
    mutationFn: (group: SandboxGroup) =>
      isIn(group, address)
        ? api.post('/sandbox/groups/leave', { body: { address, group: group.address } })
        : api.post('/sandbox/groups/join', { body: { address, invitation: group.invitation } }),
    onSuccess: again,
  })
  if (groups.length === 0) return null
  const label = t('sandbox.groups', { name: name || address })
  return (
    <Menu position="bottom-end" withinPortal closeOnItemClick={false}>
      <Menu.Target>
        <Tooltip label={label}>
          <ActionIcon variant="subtle" color="gray" aria-label={label}>
            <IconUsersGroup size={17} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {groups.map((group) => (
          <Menu.Item
            key={group.address}
            leftSection={isIn(group, address) ? <IconCheck size={16} /> : <span style={{ width: 16 }} />}
            disabled={change.isPending}
            onClick={() => change.mutate(group)}
          >
            {t(isIn(group, address) ? 'sandbox.leave' : 'sandbox.join', { group: group.subject })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Whether a phone is in a group. */
export function isIn({ phones }: Pick<SandboxGroup, 'phones'>, address: string): boolean {
  return phones.includes(address)
}
