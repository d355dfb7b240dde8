// What has not left yet: sent a moment ago and still to be taken back, failed, or planned for later.

import { Button, Group, Loader, Text } from '@mantine/core'
import { IconAlertTriangle, IconClock } from '@/ui/icons'
import { useEffect, useState } from 'react'

import type { ScheduledMessage } from '@/api'
import { said, t } from '@/texts'
import { Moment } from '@/ui/moment'

import { fileSize } from './files'
import { HandedOn } from './handed-on'
import classes from './thread.module.css'
import type { Unsent } from './unsent'

export interface UnsentActions {
  undo: (unsent: Unsent) => void
  retry: (unsent: Unsent) => void
  anyway: (unsent: Unsent) => void
  edit: (unsent: Unsent) => void
  discard: (unsent: Unsent) => void
}

export interface ScheduledActions {
  now: (scheduled: ScheduledMessage) => void
  edit: (scheduled: ScheduledMessage) => void
  withdraw: (scheduled: ScheduledMessage) => void
}

/** Seconds until a moment, counted down. */
function useSeconds(until: string | undefined): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (until === undefined) return
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [until])
  return until === undefined ? 0 : Math.max(0, Math.ceil((Date.parse(until) - now) / 1000))
}

export function UnsentLine({ unsent, actions }: { unsent: Unsent; actions: UnsentActions }) {
  const seconds = useSeconds(unsent.leavesAt)
  const failed = unsent.state === 'failed'
  return (
    <article className={classes.row} data-side="out" data-first="" data-last="" aria-label={t('thread.notSentYet')}>
      <div className={classes.holder}>
        <div className={`${classes.bubble} ${classes.pending}`} {...(failed && { 'data-failed': '' })}>
          {unsent.draft.subject && <p className={classes.subject}>{unsent.draft.subject}</p>}
          {unsent.attachments.map((file) => (
            <Text key={file.id} size="xs">
              {file.name} · {fileSize(file.size)}
            </Text>
          ))}
          <HandedOn place={unsent.draft.place} cards={unsent.draft.cards} />
          <p className={classes.text}>{unsent.again?.text ?? unsent.draft.text ?? unsent.draft.approved_template?.name}</p>
        </div>
      </div>
      <Group gap="xs" mt={4} justify="flex-end" role="status">
        {failed ? (
          <>
            <Text size="xs" c="var(--mantine-color-error)" maw={420}>
              <IconAlertTriangle size={13} aria-hidden style={{ verticalAlign: '-2px' }} />{' '}
              {t('thread.notSent', { reason: (unsent.reason && said(unsent.reason)) ?? t('thread.unknownIfSent') })}
            </Text>
            {unsent.answered ? (
              <Button size="compact-xs" onClick={() => actions.anyway(unsent)}>
                {t('thread.sendAnyway')}
              </Button>
            ) : (
              <Button size="compact-xs" onClick={() => actions.retry(unsent)}>
                {t('ui.retry')}
              </Button>
            )}
            <Button size="compact-xs" variant="default" onClick={() => actions.edit(unsent)}>
              {t('thread.edit')}
            </Button>
            <Button size="compact-xs" variant="subtle" color="red" onClick={() => actions.discard(unsent)}>
              {t('thread.discard')}
            </Button>
          </>
        ) : (
          <>
            <Loader size={12} aria-hidden />
            <Text size="xs" c="dimmed">
              {unsent.state === 'waiting' && seconds > 0 ? t('thread.leavesIn', { count: seconds }) : t('thread.sending')}
            </Text>
            {unsent.state === 'waiting' && seconds > 0 && (
              <Button size="compact-xs" variant="light" onClick={() => actions.undo(unsent)}>
                {t('thread.undo')}
              </Button>
            )}
          </>
        )}
      </Group>
    </article>
  )
}

export function ScheduledLine({ scheduled, actions }: { scheduled: ScheduledMessage; actions: ScheduledActions }) {
  const held = scheduled.state === 'held'
  const why = [said(scheduled.reason), ...scheduled.problems.map((each) => `${each.field}: ${said(each.reason)}`)].filter(Boolean).join(' · ')
  return (
    <article className={classes.row} data-side="out" data-first="" data-last="" aria-label={t('thread.planned')}>
      <div className={classes.holder}>
        <div className={`${classes.bubble} ${classes.pending}`} {...(held && { 'data-failed': '' })}>
          {scheduled.subject !== '' && <p className={classes.subject}>{scheduled.subject}</p>}
          <HandedOn place={scheduled.draft.place} cards={scheduled.draft.cards} />
          <p className={classes.text}>{scheduled.draft.text ?? scheduled.preview}</p>
        </div>
      </div>
      <Group gap="xs" mt={4} justify="flex-end">
        <Text size="xs" c={held ? 'var(--mantine-color-error)' : 'dimmed'}>
          <IconClock size={13} aria-hidden style={{ verticalAlign: '-2px' }} />{' '}
          {held ? t('thread.held', { reason: why }) : t('thread.leavesAt', { name: scheduled.author_name })}{' '}
          <Moment at={scheduled.leaves_at} zone={scheduled.zone} as="whole" />
        </Text>
        {!scheduled.undo && (
          <>
            <Button size="compact-xs" variant="light" onClick={() => actions.now(scheduled)}>
              {t('thread.sendNow')}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => actions.edit(scheduled)}>
              {t('thread.edit')}
            </Button>
          </>
        )}
        <Button size="compact-xs" variant="subtle" color="red" onClick={() => actions.withdraw(scheduled)}>
          {t('thread.withdraw')}
        </Button>
      </Group>
    </article>
  )
}
