import { Alert, Badge, Button, Group, Menu, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Answer, type Channel } from '@/api'
import { connectionsQuery } from '@/queries'
import { said, t, tv } from '@/texts'
import { ChannelIcon } from '@/ui/channel'
import { Heading } from '@/ui/heading'
import { IconAlertTriangle, IconPlugConnected, IconPlus, IconQrcode } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import { ConnectionForm } from './connection-form'
import { ConnectionTest } from './connection-test'
import { Linking } from './linking'
import { RowMenu } from './row-menu'

export type Connection = Answer<'/connections', 'get'>[number]

const CHANNELS: readonly Channel[] = ['email', 'whatsapp', 'sms']
const COLOURS = { open: 'tide', connecting: 'yellow', failing: 'red', off: 'gray' }

type Open = { what: 'new'; channel: Channel } | { what: 'form' | 'test' | 'link'; id: string }

/** The mailboxes, numbers and carriers that messages come and go by, and how each fares. */
export default function Channels() {
  const connections = useQuery(connectionsQuery)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const chosen = open !== undefined && 'id' in open ? connections.data?.find((each) => each.id === open.id) : undefined
  return (
    <section>
      <Heading title={t('settings.section.channels')} text={t('settings.channels.text')}>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button leftSection={<IconPlus size={16} />}>{t('settings.channels.add')}</Button>
          </Menu.Target>
          <Menu.Dropdown>
            {CHANNELS.map((channel) => (
              <Menu.Item key={channel} leftSection={<ChannelIcon channel={channel} />} onClick={() => setOpen({ what: 'new', channel })}>
                {t(`settings.channels.new.${channel}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Heading>
      <Loaded query={connections}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={<IconPlugConnected size={26} stroke={1.5} />} title={t('settings.channels.empty')} text={t('settings.channels.emptyText')} />
          ) : (
            <Stack gap="sm">
              {CHANNELS.flatMap((channel) => all.filter((each) => each.channel === channel)).map((each) => (
                <Row key={each.id} connection={each} onOpen={(what) => setOpen({ what, id: each.id })} />
              ))}
            </Stack>
          )
        }
      </Loaded>
      {open?.what === 'new' && <ConnectionForm channel={open.channel} onClose={close} />}
      {open?.what === 'form' && chosen && <ConnectionForm channel={chosen.channel} connection={chosen} onClose={close} />}
      {open?.what === 'test' && chosen && <ConnectionTest id={chosen.id} label={chosen.details.label} onClose={close} />}
      {open?.what === 'link' && chosen?.channel === 'whatsapp' && <Linking connection={chosen} onClose={close} />}
    </section>
  )
}

/** What it is reached as: the address, the number, the name on texts. */
export function addressOf(connection: Connection): string {
  if (connection.channel === 'email') return connection.details.address
  return connection.channel === 'sms' ? connection.details.sender : connection.details.number
}

function Row({ connection, onOpen }: { connection: Connection; onOpen: (what: 'form' | 'test' | 'link') => void }) {
  const { channel, details, state, reason, checked_at } = connection
  const waiting = connection.channel === 'whatsapp' && connection.link != null && connection.link !== 'open' ? connection.link : undefined
  return (
    <article className={section.card} aria-label={details.label}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <ChannelIcon channel={channel} size={22} />
        <div style={{ flex: 1, minWidth: 0 }}>
          <Group gap={8}>
            <Text fw={650} truncate title={details.label}>
              {details.label}
            </Text>
            <Badge color={COLOURS[state]}>{t(`shell.state.${state}`)}</Badge>
            {details.default === true && <Badge color="gray">{t('settings.channels.default')}</Badge>}
          </Group>
          <Text size="sm" c="dimmed" truncate>
            {addressOf(connection)} · {tv('settings.kind', details.kind)}
            {checked_at !== null && (
              <>
                {' '}
                · {t('settings.channels.checked')} <Moment at={checked_at} as="ago" />
              </>
            )}
          </Text>
        </div>
        <Group gap={6} wrap="nowrap">
          {channel === 'email' && (
            <Button size="compact-sm" variant="default" onClick={() => onOpen('test')}>
              {t('settings.channels.test')}
            </Button>
          )}
          {connection.channel === 'whatsapp' && connection.details.kind !== 'cloud' && state !== 'open' && (
            <Button size="compact-sm" leftSection={<IconQrcode size={16} />} onClick={() => onOpen('link')}>
              {t('settings.link.connect')}
            </Button>
          )}
          <ConnectionMenu connection={connection} onChange={() => onOpen('form')} />
        </Group>
      </Group>
      {state !== 'open' && (reason ?? waiting) !== undefined && reason !== null && (
        <Alert mt="sm" p="xs" color={state === 'failing' ? 'red' : 'yellow'} icon={<IconAlertTriangle size={17} />}>
          {said(reason)}
        </Alert>
      )}
      {waiting !== undefined && (
        <Text size="sm" mt={6}>
          {tv('settings.link.state', waiting)}
        </Text>
      )}
      {connection.channel === 'whatsapp' && connection.hook != null && (
        <Text size="xs" c="dimmed" mt={6} style={{ overflowWrap: 'anywhere' }}>
          {t('settings.channels.hook')} {connection.hook}
        </Text>
      )}
    </article>
  )
}

function ConnectionMenu({ connection, onChange }: { connection: Connection; onChange: () => void }) {
  const { id, channel, details, state } = connection
  const queries = useQueryClient()
  const again = () => queries.invalidateQueries({ queryKey: connectionsQuery.queryKey })
  const remove = useMutation({
    mutationFn: () => api.delete('/connections/{id}', { path: { id } }),
    onSuccess: () => {
      toast.done(t('settings.channels.removed', { label: details.label }))
      return again()
    },
  })
  const disconnect = useMutation({
    mutationFn: () => api.post('/connections/{id}/disconnect', { path: { id } }),
    onSuccess: again,
  })
  return (
    <RowMenu
      label={t('settings.channels.more', { label: details.label })}
      busy={remove.isPending}
      onChange={onChange}
      onRemove={() => remove.mutate()}
    >
      {channel === 'whatsapp' && state === 'open' && (
        <Menu.Item leftSection={<IconPlugConnected size={16} />} onClick={() => disconnect.mutate()}>
          {t('settings.link.disconnect')}
        </Menu.Item>
      )}
    </RowMenu>
  )
}
