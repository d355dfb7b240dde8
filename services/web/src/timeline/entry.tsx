import { ActionIcon, Anchor, Badge, Button, Group, Menu, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconArrowBackUp, IconArrowForwardUp, IconDots, IconLinkOff, IconMessages, IconPaperclip } from '@/ui/icons'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { addressOf, api, type MessageView } from '@/api'
import { useMay } from '@/queries'
import { t, tv } from '@/texts'
import { told } from '@/thread/note'
import { ChannelIcon } from '@/ui/channel'
import { Moment } from '@/ui/moment'
import { toast } from '@/ui/toast'
import { readable } from '@/ui/address'

import { StatusSign } from './status'
import classes from './timeline.module.css'

const SHORT = 320 // characters of a message that are seen without asking

/** One message of any channel. `fresh` marks what came while somebody looked. */
export function Entry({ message, fresh }: { message: MessageView; fresh: boolean }) {
  const came = message.direction === 'in'
  const Way = came ? IconArrowBackUp : IconArrowForwardUp
  return (
    <article className={classes.entry} data-came={came} data-fresh={fresh}>
      <Group gap={8} wrap="nowrap" justify="space-between">
        <Group gap={6} wrap="nowrap" miw={0}>
          <Way size={15} aria-hidden className={classes.way} />
          <ChannelIcon channel={message.channel} size={15} />
          <Text size="sm" fw={600} truncate title={partiesOf(message)}>
            {partiesOf(message)}
          </Text>
        </Group>
        <Group gap={6} wrap="nowrap">
          <Text size="xs" c="dimmed" component="span" style={{ whiteSpace: 'nowrap' }}>
            <Moment at={message.at} as="clock" />
          </Text>
          <StatusSign message={message} />
          <Actions message={message} />
        </Group>
      </Group>
      <Labels message={message} />
      {message.channel === 'email' && message.subject !== '' && (
        <Text size="sm" fw={600} lineClamp={2} mt={4}>
          {message.subject}
        </Text>
      )}
      <Words message={message} />
      <Files message={message} />
    </article>
  )
}

function partiesOf({ direction, author_kind, author_name, contact_name, deliveries, chat }: MessageView): string {
  if (chat?.note) return t('groups.group')
  const name = contact_name === '' ? readable(deliveries[0]?.mailbox.address ?? '') : contact_name
  if (direction === 'in') return author_name === '' ? name : author_name
  const author = author_name === '' ? tv('timeline.author', author_kind) : author_name
  return t('timeline.to', { author, name })
}

function Labels({ message }: { message: MessageView }) {
  const count = message.service_ids.length
  const shown = [
    message.kind !== 'message' && tv('timeline.kind', message.kind),
    count > 0 && t('timeline.services', { count }),
    message.automatic !== 'none' && t('timeline.automatic'),
    message.imported && t('timeline.imported'),
  ].filter((each) => each !== false && each !== undefined)
  if (shown.length === 0) return null
  return (
    <Group gap={4} mt={4}>
      {shown.map((each, index) => (
        <Badge key={each} size="sm" color={index === 0 && message.kind !== 'message' ? 'tide' : 'gray'}>
          {each}
        </Badge>
      ))}
    </Group>
  )
}

function Words({ message }: { message: MessageView }) {
  const [open, setOpen] = useState(false)
  const { quoted_text: quoted, erased = false, chat } = message
  // What happened in a group, in the reader's language.
  const text = chat?.note ? told(chat.note) : message.text
  if (erased) {
    return (
      <Text size="sm" c="dimmed" fs="italic">
        {t('timeline.erased')}
      </Text>
    )
  }
  const long = text.length > SHORT || text.split('\n').length > 5
  return (
    <Stack gap={2} mt={2} align="flex-start">
      <Text size="sm" className={classes.words} {...(!open && { lineClamp: 5 })}>
        {text.trim() || (message.attachments.length === 0 && t('timeline.noWords'))}
      </Text>
      {open && quoted.trim() !== '' && (
        <Text size="xs" c="dimmed" className={classes.quoted}>
          {quoted.trim()}
        </Text>
      )}
      {(long || quoted.trim() !== '') && (
        <UnstyledButton className={classes.more} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('timeline.less') : long ? t('timeline.more') : t('timeline.quoted')}
        </UnstyledButton>
      )}
    </Stack>
  )
}

function Files({ message }: { message: MessageView }) {
  if (message.attachments.length === 0) return null
  return (
    <Group gap={6} mt={6}>
      {message.attachments.map((file) => (
        <Button
          key={file.id}
          component="a"
          href={addressOf('/files/{id}', { path: { id: file.id } })}
          target="_blank"
          rel="noopener"
          size="compact-xs"
          variant="default"
          leftSection={<IconPaperclip size={13} />}
          maw={220}
          title={file.name}
        >
          {file.name}
        </Button>
      ))}
    </Group>
  )
}

function Actions({ message }: { message: MessageView }) {
  const mayOrganise = useMay('ORGANISE_MESSAGES')
  const unlink = useMutation({
    mutationFn: () => api.put('/messages/{id}/itinerary', { path: { id: message.id }, body: { itinerary_id: null } }),
    onSuccess: () => toast.done(t('timeline.unlinked')),
  })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size={24} variant="subtle" color="gray" aria-label={t('timeline.actions')}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconMessages size={16} />}
          renderRoot={(props) => (
            <Anchor
              {...props}
              underline="never"
              component={Link}
              to={`/inbox/${message.conversation_id}`}
              search={{ message: message.id }}
            />
          )}
        >
          {t('timeline.open')}
        </Menu.Item>
        {mayOrganise && message.itinerary != null && (
          <Menu.Item leftSection={<IconLinkOff size={16} />} onClick={() => unlink.mutate()}>
            {t('timeline.unlink')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
