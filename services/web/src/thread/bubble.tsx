// One message: who, what, when, and how it fared.

import { Anchor, Badge, Button, Group, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconDeviceMobile, IconInfoCircle, IconRobot, IconSparkles, IconUser } from '@/ui/icons'
import { Link } from '@tanstack/react-router'
import { memo, useState } from 'react'

import type { MessageView } from '@/api'
import { said, t, tv } from '@/texts'
import { clock } from '@/time'
import { Moment } from '@/ui/moment'

import { brief, fate, isOnlyEmoji, isRich } from './body'
import { Checks } from './checks'
import { Files } from './files'
import { MailBody } from './mail-body'
import { MessageMenu, type ThreadActions } from './message-menu'
import { HandedOn } from './handed-on'
import classes from './thread.module.css'
import { useIsAgain } from './unsent'
import { Words } from './words'

interface BubbleProps {
  message: MessageView
  first: boolean
  last: boolean
  /** The message that this one answers, where it is at hand. */
  answered: MessageView | undefined
  found: boolean
  actions: ThreadActions
}

export const Bubble = memo(function Bubble({ message, first, last, answered, found, actions }: BubbleProps) {
  const side = message.direction
  const failed = fate(message) === 'failed'
  const rich = isRich(message.html) && !message.erased
  return (
    <article
      className={classes.row}
      data-side={side}
      {...(first && { 'data-first': '' })}
      {...(last && { 'data-last': '' })}
      aria-label={t('thread.message', { name: author(message), time: clock(message.at) })}
    >
      {first && <Author message={message} />}
      <div className={classes.holder} {...(rich && { 'data-wide': '' })}>
        <div
          className={classes.bubble}
          {...(failed && { 'data-failed': '' })}
          {...(found && { 'data-found': '' })}
        >
          {answered && <Quote message={answered} onClick={() => actions.jump(answered.id)} />}
          <Said message={message} rich={rich} />
          <div className={classes.foot}>
            {message.itinerary && <Trip message={message} />}
            {message.chat?.edited_at && !message.chat.deleted_at && <span>{t('thread.edited')}</span>}
            {message.chat?.on_phone && (
              <Tooltip label={t('thread.onPhone')}>
                <IconDeviceMobile size={13} role="img" aria-label={t('thread.onPhone')} />
              </Tooltip>
            )}
            <Moment at={message.at} as="clock" />
            {side === 'out' && <Checks message={message} />}
          </div>
        </div>
        <MessageMenu message={message} actions={actions} />
      </div>
      <Reactions message={message} />
      {failed && <Failed message={message} actions={actions} />}
    </article>
  )
})

function author(message: MessageView): string {
  if (message.direction === 'in') return message.author_name || message.contact_name
  return message.author_name || tv('thread.author', message.author_kind)
}

function Author({ message }: { message: MessageView }) {
  const Icon = {
    user: IconUser,
    contact: IconUser,
    rule: IconRobot,
    assistant: IconSparkles,
    system: IconInfoCircle,
  }[message.author_kind]
  return (
    <Group className={classes.author} gap={6} wrap="nowrap">
      {message.author_kind !== 'contact' && <Icon size={13} aria-hidden />}
      <Text inherit truncate title={author(message)}>
        {author(message)}
      </Text>
      {message.kind !== 'message' && <Badge size="xs">{tv('thread.kind', message.kind)}</Badge>}
      {message.automatic !== 'none' && <Badge size="xs" color="gray">{tv('thread.automatic', message.automatic)}</Badge>}
      {message.imported && <Badge size="xs" color="gray">{t('thread.imported')}</Badge>}
    </Group>
  )
}

function Said({ message, rich }: { message: MessageView; rich: boolean }) {
  const { text, chat, subject, channel } = message
  if (message.erased) return <p className={classes.text}><em>{t('thread.erased')}</em></p>
  if (chat?.deleted_at) return <p className={classes.text}><em>{t('thread.deleted')}</em></p>
  return (
    <>
      {channel === 'email' && subject !== '' && <p className={classes.subject}>{subject}</p>}
      <Files files={message.attachments.filter((each) => !(rich && each.inline))} awaited={chat?.awaited} />
      <HandedOn place={chat?.place} cards={chat?.cards} />
      {rich ? (
        <MailBody message={message} />
      ) : (
        text !== '' && (
          <p className={isOnlyEmoji(text) ? `${classes.text} ${classes.emoji}` : classes.text}>
            <Words text={text.trim()} />
          </p>
        )
      )}
      <Folded message={message} />
      {message.defects.length > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          <IconAlertTriangle size={12} aria-hidden /> {message.defects.join(' · ')}
        </Text>
      )}
    </>
  )
}

/** What a mail repeats of those before it, behind three dots. */
function Folded({ message }: { message: MessageView }) {
  const [open, setOpen] = useState(false)
  if (message.quoted_text.trim() === '' && !message.quoted_html) return null
  return (
    <div>
      <Button
        variant="default"
        size="compact-xs"
        mt={4}
        aria-expanded={open}
        aria-label={open ? t('thread.foldQuote') : t('thread.unfoldQuote')}
        onClick={() => setOpen(!open)}
      >
        •••
      </Button>
      {open &&
        (message.quoted_html ? (
          <MailBody message={message} part="quoted" />
        ) : (
          <Text component="blockquote" size="xs" m={0} mt={4} pl="xs" style={{ whiteSpace: 'pre-wrap', borderLeft: '2px solid var(--fl-line)' }}>
            {message.quoted_text.trim()}
          </Text>
        ))}
    </div>
  )
}

function Quote({ message, onClick }: { message: MessageView; onClick: () => void }) {
  return (
    <UnstyledButton className={classes.quote} onClick={onClick} aria-label={t('thread.toQuoted', { name: author(message) })}>
      <Text size="xs" fw={650} truncate>
        {author(message)}
      </Text>
      <Text size="xs" lineClamp={2}>
        {brief(message)}
      </Text>
    </UnstyledButton>
  )
}

function Trip({ message }: { message: MessageView }) {
  if (!message.itinerary) return null
  const { itinerary_id, reference, title } = message.itinerary
  return (
    <Tooltip label={title}>
      <Anchor component={Link} to={`/itineraries/${itinerary_id}`} inherit>
        {reference}
      </Anchor>
    </Tooltip>
  )
}

function Reactions({ message }: { message: MessageView }) {
  const reactions = message.chat?.reactions ?? []
  if (reactions.length === 0) return null
  const signs = [...new Set(reactions.map((each) => each.emoji))]
  return (
    <div className={classes.reactions}>
      {signs.map((emoji) => {
        const count = reactions.filter((each) => each.emoji === emoji).length
        return (
          <span key={emoji} className={classes.reaction} role="img" aria-label={t('thread.reactions', { emoji, count })}>
            {emoji} {count > 1 && count}
          </span>
        )
      })}
    </div>
  )
}

function Failed({ message, actions }: { message: MessageView; actions: ThreadActions }) {
  const isAgain = useIsAgain(message.id)
  const reasons = [...new Set(message.deliveries.filter((each) => each.status === 'failed').map((each) => each.reason ?? each.code ?? ''))]
  return (
    <Group gap="xs" mt={4} justify="flex-end" role="status">
      <Text size="xs" c="var(--mantine-color-error)">
        {t('thread.failed', { reason: reasons.filter(Boolean).map((each) => said(each)).join(' · ') || t('thread.noReason') })}
      </Text>
      {actions.again && !isAgain && (
        <Button size="compact-xs" variant="light" color="red" onClick={() => actions.again?.(message)}>
          {t('thread.again')}
        </Button>
      )}
    </Group>
  )
}
