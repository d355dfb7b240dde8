import { ActionIcon, Group, Menu, Text } from '@mantine/core'
import { IconDots, IconLock, IconTrash } from '@/ui/icons'

import type { Comment } from '@/api'
import { t } from '@/texts'
import { Moment } from '@/ui/moment'

import { Files } from './files'
import classes from './thread.module.css'
import { Words } from './words'

interface CommentLineProps {
  comment: Comment
  /** Of one's own: takes it back. */
  remove?: (() => void) | undefined
}

/** What the team says among itself: of another colour, and named so that nobody takes it for sent. */
export function CommentLine({ comment, remove }: CommentLineProps) {
  return (
    <article className={classes.row} data-first="" aria-label={t('thread.comment', { name: comment.author_name })}>
      <div className={classes.comment}>
        <Group gap={6} wrap="nowrap">
          <IconLock size={13} aria-hidden style={{ flex: 'none' }} />
          <Text size="xs" fw={650} truncate>
            {t('thread.comment', { name: comment.author_name })}
          </Text>
          <Moment at={comment.at} as="clock" fz="xs" ml="auto" />
          {remove && !comment.removed_at && (
            <Menu position="bottom-end" withinPortal>
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" size={24} aria-label={t('thread.actions')}>
                  <IconDots size={14} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={remove}>
                  {t('ui.remove')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
        {comment.removed_at ? (
          <p className={classes.text}>
            <em>{t('thread.commentRemoved')}</em>
          </p>
        ) : (
          <p className={classes.text}>
            <Words text={comment.text} />
          </p>
        )}
        <Files files={comment.attachments} />
        {comment.edited_at && !comment.removed_at && <Text size="xs">{t('thread.edited')}</Text>}
      </div>
    </article>
  )
}
