import { ActionIcon, Badge, Button, Group, Switch, Text, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { addressOf, api, type SandboxChatMessage } from '@/api'
import { t } from '@/texts'
import { IconChecks, IconX } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Loaded } from '@/ui/states'

import { ChatActions } from './chat-actions'
import { ChatGroups } from './chat-groups'
import { Frame } from './device'
import { type Device, nameOf } from './devices'
import { useChat, useLookAgain } from './queries'
import classes from './sandbox.module.css'
import { Files, Writing } from './writing'

/** WhatsApp on somebody's phone: reads, answers, reacts, and fails where it is told to. */
export function Chat({ device, onClose }: { device: Device; onClose: () => void }) {
  const { address } = device
  const chat = useChat(address)
  const [quoted, setQuoted] = useState<SandboxChatMessage>()
  const again = useLookAgain()
  const read = useMutation({
    mutationFn: (id: string) => api.post('/sandbox/chats/{id}/read', { path: { id } }),
    onSuccess: again,
  })
  const unread = chat.data?.find(isUnread)
  return (
    <Frame
      device={device}
      onClose={onClose}
      actions={
        <>
          {unread !== undefined && (
            <Button size="compact-xs" variant="light" leftSection={<IconChecks size={14} />} loading={read.isPending} onClick={() => read.mutate(unread.id)}>
              {t('sandbox.read')}
            </Button>
          )}
          <ChatGroups device={device} />
          <Power device={device} />
        </>
      }
    >
      <Loaded query={chat}>
        {(messages) => (
          <div className={classes.talk} role="log" aria-label={t('sandbox.messages')}>
            {messages.length === 0 && <Empty title={t('sandbox.nothing')} text={t('sandbox.nothingText')} />}
            {messages[0]?.typing === true && (
              <Text size="xs" c="dimmed" fs="italic">
                {t('sandbox.typing')}
              </Text>
            )}
            {messages.map((each) => (
              <Bubble
                key={each.id}
                message={each}
                quoted={messages.find((one) => one.id === each.quotes)}
                onQuote={() => setQuoted(each)}
              />
            ))}
          </div>
        )}
      </Loaded>
      <Writing
        label={t('sandbox.writeAs', { name: device.name || address })}
        files
        onTyping={(typing) => void api.put('/sandbox/handsets/typing', { body: { address, typing } }).catch(() => undefined)}
        send={async (text, files) => {
          await api.post('/sandbox/chats', { body: { address, text, files, quotes: quoted?.id ?? null } })
          setQuoted(undefined)
        }}
        above={
          quoted && (
            <Group className={classes.quoted} gap={6} wrap="nowrap" mb={6}>
              <Text size="xs" c="dimmed" truncate flex={1}>
                {quoted.text || quoted.files[0]?.name}
              </Text>
              <ActionIcon size={24} variant="subtle" color="gray" aria-label={t('sandbox.noQuote')} onClick={() => setQuoted(undefined)}>
                <IconX size={14} />
              </ActionIcon>
            </Group>
          )
        }
      />
    </Frame>
  )
}

function isUnread({ from_us, status, deleted }: SandboxChatMessage): boolean {
  return from_us && !deleted && (status === 'sent' || status === 'delivered')
}

function Power({ device: { address, name, standing } }: { device: Device }) {
  const again = useLookAgain()
  const turn = useMutation({
    mutationFn: (to: boolean) => api.put('/sandbox/handsets', { body: { address, name, on: to } }),
    onSuccess: again,
  })
  const shown = turn.isPending ? turn.variables : standing === 'open'
  return (
    <Tooltip label={shown ? t('sandbox.turnOff') : t('sandbox.turnOn')}>
      <Switch
        size="sm"
        checked={shown}
        aria-label={t('sandbox.power', { name: name || address })}
        onChange={(event) => turn.mutate(event.currentTarget.checked)}
      />
    </Tooltip>
  )
}

interface BubbleProps {
  message: SandboxChatMessage
  quoted: SandboxChatMessage | undefined
  onQuote: () => void
}

function Bubble({ message, quoted, onQuote }: BubbleProps) {
  const { from_us, text, files, place, cards = [], status, deleted = false, edited = false, reactions = {} } = message
  return (
    <article className={classes.bubble} data-own={!from_us}>
      {quoted && (
        <Text size="xs" c="dimmed" className={classes.quoted} lineClamp={2}>
          {quoted.text || quoted.files[0]?.name}
        </Text>
      )}
      {deleted ? (
        <Text size="sm" c="dimmed" fs="italic">
          {t('sandbox.deleted')}
        </Text>
      ) : (
        <>
          {text !== '' && (
            <Text size="sm" className={classes.words}>
              {text}
            </Text>
          )}
          <Files files={files} {...(from_us && { placeOf: (number) => addressOf('/sandbox/chats/{id}/files/{number}', { path: { id: message.id, number } }) })} />
          {place && <Text size="sm">{nameOf({ ...place, address: `${place.latitude}, ${place.longitude}` })}</Text>}
          {cards.map((each) => (
            <Text key={each.name} size="sm">
              {each.name} {each.phones?.join(', ')}
            </Text>
          ))}
        </>
      )}
      <Group gap={6} mt={3} wrap="nowrap">
        <Text size="xs" c="dimmed">
          <Moment at={message.at} />
          {edited && ` · ${t('sandbox.edited')}`}
        </Text>
        {from_us && (
          <Badge size="xs" color={status === 'failed' ? 'red' : status === 'read' ? 'tide' : 'gray'}>
            {t(`sandbox.status.${status}`)}
          </Badge>
        )}
        {Object.values(reactions).map((each, index) => (
          <span key={index}>{each}</span>
        ))}
        {!deleted && <ChatActions message={message} onQuote={onQuote} />}
      </Group>
    </article>
  )
}
