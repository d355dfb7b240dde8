import { Badge, Group, SegmentedControl, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useState } from 'react'

import type { Channel } from '@/api'
import { t } from '@/texts'
import { ChannelIcon } from '@/ui/channel'
import { IconSearch } from '@/ui/icons'
import { VirtualList } from '@/ui/virtual-list'

import { type Device, matching } from './devices'
import classes from './sandbox.module.css'

const ROW = 50 // pixels

interface DeviceListProps {
  devices: readonly Device[]
  open: readonly string[]
  onToggle: (key: string) => void
}

/** All devices; those that are open stand on the shelf beside. */
export function DeviceList({ devices, open, onToggle }: DeviceListProps) {
  const [words, setWords] = useState('')
  const [channel, setChannel] = useState<Channel | 'all'>('all')
  const found = matching(devices, words, channel)
  return (
    <section className={classes.list} aria-label={t('sandbox.devices')}>
      <TextInput
        size="xs"
        aria-label={t('sandbox.find')}
        placeholder={t('sandbox.find')}
        leftSection={<IconSearch size={15} />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={t('sandbox.channel')}
        value={channel}
        onChange={setChannel}
        data={[
          { value: 'all', label: t('sandbox.all') },
          { value: 'whatsapp', label: <ChannelIcon channel="whatsapp" /> },
          { value: 'sms', label: <ChannelIcon channel="sms" /> },
          { value: 'email', label: <ChannelIcon channel="email" /> },
        ]}
      />
      <Text size="xs" c="dimmed" role="status">
        {t('sandbox.count', { count: found.length })}
      </Text>
      <div className={classes.rows}>
        <VirtualList items={found} keyOf={(each) => each.key} rowHeight={ROW} label={t('sandbox.devices')}>
          {(device) => <Row device={device} pressed={open.includes(device.key)} onToggle={() => onToggle(device.key)} />}
        </VirtualList>
      </div>
    </section>
  )
}

function Row({ device, pressed, onToggle }: { device: Device; pressed: boolean; onToggle: () => void }) {
  const { name, address, channel, unread, standing } = device
  return (
    <UnstyledButton className={classes.row} aria-pressed={pressed} onClick={onToggle}>
      <Group gap={8} wrap="nowrap">
        <ChannelIcon channel={channel} size={18} />
        <div style={{ flex: 1, minWidth: 0 }}>
          <Text size="sm" fw={unread > 0 ? 650 : 500} truncate title={name || address}>
            {name || address}
          </Text>
          <Text size="xs" c="dimmed" truncate title={address}>
            {name === '' ? t('sandbox.nameless') : address}
            {standing !== 'open' && ` · ${t(`sandbox.standing.${standing}`)}`}
          </Text>
        </div>
        {unread > 0 && (
          <Badge size="sm" circle={unread < 10} variant="filled" aria-label={t('sandbox.unread', { count: unread })}>
            {unread}
          </Badge>
        )}
      </Group>
    </UnstyledButton>
  )
}
