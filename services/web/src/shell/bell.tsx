import { ActionIcon, Anchor, Box, Button, Group, Indicator, Popover, ScrollArea, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconBell, IconBellCheck } from '@/ui/icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'

import { api, type Notification } from '@/api'
import { t } from '@/texts'
import { Moment } from '@/ui/moment'
import { Empty, Loaded } from '@/ui/states'

import { addressOfEntity } from './navigation'

const KEY = ['notifications']

/** What the user is to know of: how much of it is unread, and the latest. */
export function Bell() {
  const [open, { toggle, close }] = useDisclosure(false)
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get('/notifications', { query: { limit: 30 }, signal }),
  })
  const queries = useQueryClient()
  const refresh = () => queries.invalidateQueries({ queryKey: KEY })
  const all = useMutation({
    mutationFn: (until: string) => api.put('/notifications/read', { body: { until } }),
    onSuccess: refresh,
  })
  const unread = query.data?.unread ?? 0
  const newest = query.data?.notifications[0]
  return (
    <Popover opened={open} onChange={close} width={380} position="bottom-end" shadow="lg" trapFocus>
      <Indicator disabled={unread === 0} label={unread > 99 ? '99+' : unread} size={17} color="red.8" offset={6}>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            onClick={toggle}
            aria-label={t('shell.bell.label', { count: unread })}
          >
            <IconBell size={20} stroke={1.6} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} maw="calc(100vw - 16px)" aria-label={t('ui.notifications')}>
        <Group justify="space-between" px="md" py="sm" style={{ borderBottom: '1px solid var(--fl-line)' }}>
          <Text fw={600}>{t('ui.notifications')}</Text>
          {unread > 0 && newest && (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconBellCheck size={15} />}
              loading={all.isPending}
              onClick={() => all.mutate(newest.at)}
            >
              {t('shell.bell.readAll')}
            </Button>
          )}
        </Group>
        <ScrollArea.Autosize mah={420}>
          <Loaded query={query}>
            {({ notifications }) =>
              notifications.length === 0 ? (
                <Empty title={t('shell.bell.empty')} />
              ) : (
                notifications.map((each) => <Row key={each.id} notification={each} onOpen={close} onRead={refresh} />)
              )
            }
          </Loaded>
        </ScrollArea.Autosize>
        <Box px="md" py="xs" style={{ borderTop: '1px solid var(--fl-line)' }}>
          <Anchor
            size="sm"
            onClick={close}
            renderRoot={(props: object) => <Link {...props} to="/profile/{-$section}" params={{ section: 'notifications' }} />}
          >
            {t('shell.bell.choose')}
          </Anchor>
        </Box>
      </Popover.Dropdown>
    </Popover>
  )
}

interface RowProps {
  notification: Notification
  onOpen: () => void
  onRead: () => Promise<void>
}

function Row({ notification, onOpen, onRead }: RowProps) {
  const { id, title, text, target, at, read_at: readAt } = notification
  const navigate = useNavigate()
  const read = useMutation({
    mutationFn: () => api.put('/notifications/{id}/read', { path: { id } }),
    onSuccess: onRead,
    meta: { silent: true },
  })
  // What has no screen of its own is read here, in whole.
  const [whole, setWhole] = useState(false)
  const finding = useMutation({
    mutationFn: async () => target && (await addressOfEntity(target.entity, target.id)),
    onSuccess: (address) => {
      if (address) {
        onOpen()
        void navigate({ href: address })
      } else setWhole(true)
    },
    onError: () => setWhole(true),
  })
  const open = () => {
    if (readAt === null) read.mutate()
    finding.mutate()
  }
  return (
    <UnstyledButton
      onClick={open}
      px="md"
      py="sm"
      w="100%"
      style={{ borderBottom: '1px solid var(--fl-line)', borderLeft: `3px solid ${readAt === null ? 'var(--mantine-primary-color-filled)' : 'transparent'}` }}
    >
      <Group justify="space-between" wrap="nowrap" gap="sm" align="baseline">
        <Text size="sm" fw={readAt === null ? 600 : 400}>
          {title}
        </Text>
        <Moment at={at} as="ago" fz="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }} />
      </Group>
      {text !== '' && (
        <Text size="sm" c="dimmed" {...(!whole && { lineClamp: 2 })}>
          {text}
        </Text>
      )}
    </UnstyledButton>
  )
}
