import { ActionIcon, Group, Menu } from '@mantine/core'
import {
  IconArrowBackUp, IconBeach, IconCopy, IconDots, IconMailOpened, IconPencil, IconTrash,
} from '@/ui/icons'
import { useState } from 'react'

import type { MessageView } from '@/api'
import { t } from '@/texts'
import { toast } from '@/ui/toast'

import classes from './thread.module.css'

/** What can be done with a message; what is missing cannot, on this channel or by this person. */
export interface ThreadActions {
  jump: (id: string) => void
  reply?: ((message: MessageView) => void) | undefined
  again?: ((message: MessageView) => void) | undefined
  react?: ((message: MessageView, emoji: string) => void) | undefined
  edit?: ((message: MessageView) => void) | undefined
  takeBack?: ((message: MessageView) => void) | undefined
  link?: ((message: MessageView) => void) | undefined
  unread?: ((message: MessageView) => void) | undefined
}

const SIGNS = ['👍', '❤️', '😂', '😮', '🙏', '🎉']

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // Without a secure context there is no clipboard.
    toast.refused(t('thread.notCopied'))
  }
}

export function MessageMenu({ message, actions }: { message: MessageView; actions: ThreadActions }) {
  const [open, setOpen] = useState(false)
  const gone = message.erased === true || Boolean(message.chat?.deleted_at)
  if (gone) return null
  const out = message.direction === 'out'
  const mine = message.chat?.reactions?.find((each) => each.by_us)?.emoji
  return (
    <Menu opened={open} onChange={setOpen} position="bottom" withinPortal shadow="md">
      <Menu.Target>
        <ActionIcon
          className={classes.actions ?? ''}
          {...(open && { 'data-open': '' })}
          variant="subtle"
          color="gray"
          aria-label={t('thread.actions')}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.react && (
          <Group gap={2} px={4} pb={4} wrap="nowrap" role="group">
            {SIGNS.map((emoji) => (
              <Menu.Item
                key={emoji}
                {...(mine === emoji && { 'aria-current': true })}
                aria-label={t('thread.react', { emoji })}
                w="auto"
                px={8}
                py={4}
                fz="1.1rem"
                {...(mine === emoji && { bg: 'var(--mantine-primary-color-light)' })}
                onClick={() => actions.react?.(message, mine === emoji ? '' : emoji)}
              >
                {emoji}
              </Menu.Item>
            ))}
          </Group>
        )}
        {actions.reply && (
          <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={() => actions.reply?.(message)}>
            {t('thread.reply')}
          </Menu.Item>
        )}
        {message.text !== '' && (
          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => void copy(message.text)}>
            {t('thread.copy')}
          </Menu.Item>
        )}
        {out && actions.edit && (
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => actions.edit?.(message)}>
            {t('thread.edit')}
          </Menu.Item>
        )}
        {actions.link && (
          <Menu.Item leftSection={<IconBeach size={16} />} onClick={() => actions.link?.(message)}>
            {message.itinerary ? t('thread.otherTrip') : t('thread.linkTrip')}
          </Menu.Item>
        )}
        {!out && actions.unread && (
          <Menu.Item leftSection={<IconMailOpened size={16} />} onClick={() => actions.unread?.(message)}>
            {t('thread.unreadFromHere')}
          </Menu.Item>
        )}
        {out && actions.takeBack && (
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => actions.takeBack?.(message)}>
            {t('thread.takeBack')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
