import { Avatar, type AvatarProps } from '@mantine/core'
import { useTimeout } from '@mantine/hooks'
import { IconArrowBackUp, IconArchive, IconBeach, IconHourglass, IconPencil, IconUserCheck, IconUsersGroup, IconX } from '@/ui/icons'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'

import type { Conversation, Label } from '@/api'
import { t } from '@/texts'
import { whole } from '@/time'
import { ChannelIcon } from '@/ui/channel'
import { Hint } from '@/ui/hint'
import { Moment } from '@/ui/moment'

import classes from './conversations.module.css'
import { tripQuery } from './queries'

const PASSING = 300 // ms that a row stands before more is asked about it: one scrolls past many

/** Who it is with: the name, else the address. */
export function nameOf({ contact_name, address }: Pick<Conversation, 'contact_name' | 'address'>): string {
  return contact_name || address || t('conversations.nobody')
}

/** A subject without what every answer and every mail of a trip has in it. */
export function topic(subject: string): string {
  return subject.replace(/^((re|fwd?|aw|wg|rv|res)\s*:\s*)+/i, '').replace(/\s*\[[^\]]+\]$/, '')
}

export interface RowProps {
  conversation: Conversation
  labels: ReadonlyMap<string, Label>
  assignee: string | undefined
  draft: boolean
  number: string | undefined
}

/** A conversation in the list: who, when, what was said last, and what is owed. */
export function ConversationRow({ conversation, labels, assignee, draft, number }: RowProps) {
  const { channel, last_at, last_direction, last_status, subject, preview, state } = conversation
  const name = nameOf(conversation)
  const unread = conversation.unread_mine ?? 0
  const shown = (conversation.label_ids ?? []).flatMap((id) => labels.get(id) ?? [])
  return (
    <>
      <span className={classes.picture}>
        <Picture conversation={conversation} size={36} />
        <span className={classes.sign}>
          <ChannelIcon channel={channel} size={12} />
        </span>
      </span>
      <span style={{ minWidth: 0 }}>
        <span className={classes.line}>
          <span className={classes.name} title={name}>
            {name}
          </span>
          <Moment at={last_at} className={classes.small ?? ''} />
        </span>
        <span className={classes.line}>
          {last_direction === 'out' &&
            (last_status === 'failed' ? (
              <Sign text={t('conversations.failed')} icon={<IconX size={14} color="var(--mantine-color-error)" />} />
            ) : (
              <Sign text={t('conversations.ours')} icon={<IconArrowBackUp size={14} />} />
            ))}
          <span className={classes.preview}>
            {channel === 'email' && subject !== '' && <span className={classes.subject}>{topic(subject)} · </span>}
            {preview}
          </span>
          {unread > 0 && (
            <span className={classes.count} role="img" aria-label={t('conversations.unread', { count: unread })}>
              {unread > 99 ? '99+' : unread}
            </span>
          )}
        </span>
        <span className={classes.line} style={{ minHeight: 18 }}>
          {draft && <Sign text={t('conversations.draft')} icon={<IconPencil size={13} />} />}
          {state === 'attentive' && (
            <span className={classes.small} style={{ color: 'light-dark(#9a4b00, #ffb36b)', fontWeight: 600 }}>
              {t('conversations.attentive')}
            </span>
          )}
          {conversation.archived && <Sign text={t('conversations.archived')} icon={<IconArchive size={13} />} />}
          {conversation.follow_up && (
            <Sign text={t('conversations.until', { moment: whole(conversation.follow_up.until) })} icon={<IconHourglass size={13} />} />
          )}
          <Trips conversation={conversation} />
          {assignee && <Sign text={t('conversations.responsible', { name: assignee })} icon={<IconUserCheck size={13} />} />}
          {shown.slice(0, 2).map((label) => (
            <LabelMark key={label.id} label={label} />
          ))}
          {number && (
            <span className={classes.small} style={{ marginLeft: 'auto', overflow: 'hidden', textOverflow: 'ellipsis' }}>
              {number}
            </span>
          )}
        </span>
      </span>
    </>
  )
}

/** The trips that it is about: the first one is named. An event does not say how; that is asked then. */
function Trips({ conversation: { itinerary_ids: ids, trip_reference: told } }: { conversation: Conversation }) {
  const [stands, setStands] = useState(false)
  useTimeout(() => setStands(true), PASSING, { autoInvoke: true })
  const asked = useQuery({ ...tripQuery(ids[0] ?? ''), enabled: ids.length > 0 && told == null && stands }).data
  const reference = told ?? asked?.reference
  if (ids.length === 0) return null
  if (!reference) return <Sign text={t('conversations.trips', { count: ids.length })} icon={<IconBeach size={13} />} />
  return (
    <span className={classes.trip}>
      <IconBeach size={13} role="img" aria-label={t('conversations.itinerary')} />
      {reference}
      {ids.length > 1 && <span aria-label={t('conversations.trips', { count: ids.length })}>+{ids.length - 1}</span>}
    </span>
  )
}

/** Who it is with, as a picture: the initials of a person, a sign for a group. */
export function Picture({ conversation, size, ...more }: { conversation: Conversation; size: number } & AvatarProps) {
  if (conversation.kind !== 'group') return <Avatar name={nameOf(conversation)} color="initials" size={size} aria-hidden {...more} />
  return (
    <Avatar color="tide" size={size} {...more}>
      <IconUsersGroup size={size * 0.55} stroke={1.6} role="img" aria-label={t('groups.group')} />
    </Avatar>
  )
}

export function LabelMark({ label }: { label: Label }) {
  return (
    <span className={classes.label}>
      <span className={classes.dot} style={{ background: label.colour }} />
      <span>{label.name}</span>
    </span>
  )
}

function Sign({ text, icon }: { text: string; icon: ReactNode }) {
  return (
    <Hint label={text}>
      {(props) => (
        <span className={classes.small} role="img" aria-label={text} style={{ display: 'inline-flex' }} {...props}>
          {icon}
        </span>
      )}
    </Hint>
  )
}
