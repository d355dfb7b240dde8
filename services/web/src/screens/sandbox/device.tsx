import { ActionIcon, Group, Text, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

import { t } from '@/texts'
import { ChannelIcon } from '@/ui/channel'
import { IconX } from '@/ui/icons'

import type { Device } from './devices'
import classes from './sandbox.module.css'

interface FrameProps {
  device: Device
  onClose: () => void
  /** What stands beside the name. */
  actions?: ReactNode
  children: ReactNode
}

/** A phone or mailbox: whose it is, and what is on it. */
export function Frame({ device, onClose, actions, children }: FrameProps) {
  const { channel, address } = device
  const name = device.name || address
  return (
    <section className={classes.device} aria-label={t(`sandbox.of.${channel}`, { name })}>
      <Group className={classes.head} wrap="nowrap" gap={8}>
        <ChannelIcon channel={channel} size={20} />
        <div style={{ flex: 1, minWidth: 0 }}>
          <Text component="h2" size="sm" fw={650} m={0} truncate title={name}>
            {name}
          </Text>
          <Text size="xs" c="dimmed" truncate title={address}>
            {address}
          </Text>
        </div>
        {actions}
        <Tooltip label={t('sandbox.putAway')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('sandbox.putAwayOf', { name })} onClick={onClose}>
            <IconX size={17} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {children}
    </section>
  )
}
