// The messages of a conversation: only the lines in sight are in the page, the newest at the bottom,
// and nothing moves under the reader's eyes, whatever comes at either end.

import { Button, Center, Loader, Text, VisuallyHidden } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@/ui/icons'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'

import { api, type Conversation, type MessageView } from '@/api'
import { t } from '@/texts'
import { day } from '@/time'
import { Empty, Failure, Loading } from '@/ui/states'
import { readable } from '@/ui/address'

import { brief, isNote } from './body'
import { Bubble } from './bubble'
import { CommentLine } from './comment'
import type { ThreadActions } from './message-menu'
import { NoteLine } from './note'
import { type ScheduledActions, ScheduledLine, type UnsentActions, UnsentLine } from './pending'
import { useTheirTyping } from './presence'
import { type Row, threadRows, unreadFrom } from './rows'
import { idOf, itemsOf, streamQuery } from './stream'
import classes from './thread.module.css'
import { useUnsent } from './unsent'

const AHEAD = 6 // lines beyond the edge that are drawn
const EARLY = 12 // lines from the beginning at which earlier ones are fetched
const NEAR_END = 80 // px
const FLASH = 2_600 // ms that a line is marked after a jump

interface ThreadProps {
  conversation: Conversation
  /** The message to open at, as a search found it. */
  focus?: string | undefined
  actions: Omit<ThreadActions, 'jump'>
  unsentActions: UnsentActions
  scheduledActions: ScheduledActions
  removeComment: (id: string, version: number) => void
  me: string
  /** Called when the reader has seen all that there is. */
  onSeen: () => void
}

export function scheduledQuery(id: string) {
  return {
    queryKey: ['scheduled', 'conversation', id],
    queryFn: async ({ signal }: { signal: AbortSignal }) =>
      (await api.get('/messages/scheduled', { query: { conversation_id: id, limit: 50 }, signal })).scheduled,
  }
}

/** One thread; give it the conversation's id as its key. */
export function Thread(props: ThreadProps) {
  const { conversation, focus, onSeen } = props
  const { id } = conversation
  const stream = useInfiniteQuery(streamQuery(id))
  const { data: scheduled } = useQuery(scheduledQuery(id))
  const unsent = useUnsent(id)
  const typing = useTheirTyping(id)
  // What was unread when it was opened, and which was the last then: reading takes the mark away, more
  // comes, and the line stays.
  const [unread] = useState(conversation.unread_mine ?? 0)
  const [until, setUntil] = useState<string>()

  const items = useMemo(() => itemsOf(stream.data), [stream.data])
  const newest = items.at(-1)
  if (until === undefined && newest) setUntil(idOf(newest))
  const whole = stream.isSuccess && !stream.hasNextPage
  const firstUnread = useMemo(() => unreadFrom(items, unread, { until, whole }), [items, unread, until, whole])
  const rows = useMemo(
    () => threadRows({ items, whole, firstUnread, scheduled: scheduled ?? [], unsent, typing }),
    [items, whole, firstUnread, scheduled, unsent, typing],
  )
  const messages = useMemo(() => new Map(items.flatMap(({ message }) => (message ? [[message.id, message] as const] : []))), [items])

  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = stream
  const earlier = () => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }

  if (stream.data === undefined) {
    return stream.isError ? <Failure error={stream.error} retry={() => void stream.refetch()} /> : <Loading rows={7} />
  }
  if (rows.every((each) => each.kind === 'begin')) {
    return <Empty title={t('thread.empty')} text={t('thread.emptyText')} />
  }
  return (
    <Lines
      {...props}
      rows={rows}
      messages={messages}
      focus={focus}
      unread={unread}
      unreached={unread > 0 && firstUnread === undefined && !whole}
      came={newest && idOf(newest) !== until ? (newest.message ?? undefined) : undefined}
      earlier={earlier}
      loading={isFetchingNextPage}
      failed={isFetchNextPageError}
      again={() => void fetchNextPage()}
      onSeen={onSeen}
    />
  )
}

interface LinesProps extends ThreadProps {
  rows: readonly Row[]
  messages: ReadonlyMap<string, MessageView>
  unread: number
  /** Where the unread begins was not fetched yet. */
  unreached: boolean
  /** The last message, where it came while one looks. */
  came: MessageView | undefined
  earlier: () => void
  loading: boolean
  failed: boolean
  again: () => void
}

function Lines(props: LinesProps) {
  const { conversation, rows, messages, focus, unread, unreached, came, earlier, loading, failed, again, actions, onSeen } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [found, setFound] = useState<string>()
  const [atEnd, setAtEnd] = useState(true)
  // The compiler leaves this component to itself; only the lines in sight are drawn anyway.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => height(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: AHEAD,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_END,
    paddingEnd: 16,
  })
  const shown = virtual.getVirtualItems()

  const indexOf = (key: string) => rows.findIndex((each) => each.key === key)
  const unreadAt = indexOf('unread')
  // Opened once at its place: where the unread begins, else at its end.
  const opened = useRef(false)
  const openAt = useEffectEvent(() => {
    if (unreadAt >= 0) virtual.scrollToIndex(Math.max(0, unreadAt - 1), { align: 'start' })
    else virtual.scrollToEnd()
  })
  useEffect(() => {
    if (opened.current) return
    opened.current = true
    openAt()
  }, [])

  // What does not fill the window has nothing to scroll by.
  const fill = useEffectEvent(() => {
    if (virtual.getTotalSize() < (scroller.current?.clientHeight ?? 0)) earlier()
  })
  useEffect(() => fill(), [rows.length])

  const wanted = useRef(focus)
  useEffect(() => void (wanted.current = focus), [focus])
  const look = useEffectEvent(() => {
    const id = wanted.current
    if (id === undefined) return
    if (indexOf(id) >= 0) {
      wanted.current = undefined
      jump(id)
    } else earlier()
  })
  useEffect(() => look(), [rows, focus])

  const jump = (key: string) => {
    const index = indexOf(key)
    if (index < 0) {
      wanted.current = key
      earlier()
      return
    }
    virtual.scrollToIndex(index, { align: 'center' })
    setFound(key)
  }
  useEffect(() => {
    if (found === undefined) return
    const timer = setTimeout(() => setFound(undefined), FLASH)
    return () => clearTimeout(timer)
  }, [found])

  const seen = useEffectEvent(() => {
    // Who is at the end has not seen what begins far above all that was fetched.
    if (!document.hidden && !unreached && virtual.isAtEnd(NEAR_END)) onSeen()
  })
  useEffect(() => {
    seen()
    const listener = () => seen()
    document.addEventListener('visibilitychange', listener)
    addEventListener('online', listener)
    return () => {
      document.removeEventListener('visibilitychange', listener)
      removeEventListener('online', listener)
    }
  }, [rows.length, atEnd])

  // The same for as long as it does the same: else every line would be drawn anew with each step of the scroll.
  const jumping = useRef(jump)
  useEffect(() => void (jumping.current = jump))
  const all = useMemo(() => ({ ...actions, jump: (key: string) => jumping.current(key) }), [actions])

  const isUnreadAbove = unreached || (unreadAt >= 0 && unreadAt < (virtual.range?.startIndex ?? 0))
  return (
    <div style={{ position: 'relative', height: '100%' }}>
      {isUnreadAbove && (
        <Button
          className={classes.jump ?? ''}
          data-at="top"
          size="xs"
          radius="xl"
          leftSection={<IconArrowUp size={14} />}
          loading={unreached && loading}
          onClick={() => (unreached ? jump('unread') : virtual.scrollToIndex(unreadAt, { align: 'start' }))}
        >
          {t('thread.toUnread', { count: unread })}
        </Button>
      )}
      {/* The log itself is silent: what is scrolled into sight is not news. */}
      <VisuallyHidden role="status">
        {came?.direction === 'in' && !isNote(came) && t('thread.came', { name: came.author_name || came.contact_name, text: brief(came) })}
      </VisuallyHidden>
      <div
        ref={scroller}
        className={classes.scroller}
        role="log"
        aria-label={t('thread.label', { name: conversation.contact_name || readable(conversation.address) })}
        aria-live="off"
        // Scrolled by keyboard too (WCAG 2.1.1).
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={() => {
          setAtEnd(virtual.isAtEnd(NEAR_END))
          if ((virtual.range?.startIndex ?? 0) <= EARLY) earlier()
        }}
      >
        {(loading || failed) && (
          <Center className={classes.loading ?? ''}>
            {loading ? (
              <Loader size="sm" role="img" aria-label={t('ui.loading')} />
            ) : (
              <Button size="compact-sm" variant="light" onClick={again}>
                {t('thread.earlierAgain')}
              </Button>
            )}
          </Center>
        )}
        <div className={classes.inner} style={{ height: virtual.getTotalSize() }}>
          {shown.map((item) => {
            const row = rows[item.index]
            return (
              row && (
                <div
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className={classes.line}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  {line(row, props, messages, all, found)}
                </div>
              )
            )
          })}
        </div>
      </div>
      {!atEnd && (
        <Button
          className={classes.jump ?? ''}
          data-at="bottom"
          size="xs"
          radius="xl"
          variant="default"
          leftSection={<IconArrowDown size={14} />}
          onClick={() => virtual.scrollToEnd()}
        >
          {t('thread.toNewest')}
        </Button>
      )}
    </div>
  )
}

function line(
  row: Row,
  { conversation, unsentActions, scheduledActions, removeComment, me }: LinesProps,
  messages: ReadonlyMap<string, MessageView>,
  actions: ThreadActions,
  found: string | undefined,
): ReactNode {
  switch (row.kind) {
    case 'begin':
      return (
        <Text size="xs" c="dimmed" ta="center" pt="lg">
          {t('thread.begin')}
        </Text>
      )
    case 'day':
      return (
        <div className={classes.day}>
          <span>{day(row.at)}</span>
        </div>
      )
    case 'unread':
      return <div className={classes.unread}>{t('thread.unread', { count: row.count })}</div>
    case 'message': {
      const { answers_id } = row.message
      return (
        <Bubble
          message={row.message}
          first={row.first}
          last={row.last}
          answered={answers_id && row.message.channel === 'whatsapp' ? messages.get(answers_id) : undefined}
          found={found === row.key}
          actions={actions}
        />
      )
    }
    case 'note':
      return <NoteLine note={row.note} at={row.message.at} found={found === row.key} />
    case 'comment': {
      const { comment } = row
      const remove = comment.author_id === me ? () => removeComment(comment.id, comment.version) : undefined
      return <CommentLine comment={comment} remove={remove} />
    }
    case 'scheduled':
      return <ScheduledLine scheduled={row.scheduled} actions={scheduledActions} />
    case 'unsent':
      return <UnsentLine unsent={row.unsent} actions={unsentActions} />
    case 'typing':
      return <Writing name={conversation.contact_name || readable(conversation.address)} />
  }
}

function Writing({ name }: { name: string }) {
  return (
    <div className={classes.row} data-side="in" data-first="">
      <div className={classes.bubble} role="status">
        <span className={classes.typing} aria-hidden>
          <i />
          <i />
          <i />
        </span>
        <VisuallyHidden>{t('thread.theirTyping', { name })}</VisuallyHidden>
      </div>
    </div>
  )
}

/** The height of a line as far as one can tell before it is drawn. */
function height(row: Row | undefined): number {
  if (row === undefined || row.kind === 'begin' || row.kind === 'unread' || row.kind === 'typing') return 40
  if (row.kind === 'day' || row.kind === 'note') return 46
  if (row.kind !== 'message') return 90
  const { message } = row
  const lines = Math.ceil(message.text.length / 70) + message.text.split('\n').length
  const pictures = message.attachments.some((each) => each.content_type.startsWith('image/')) ? 240 : 0
  return 46 + Math.min(lines, 30) * 20 + pictures + (row.first ? 24 : 0) + (message.attachments.length - (pictures > 0 ? 1 : 0)) * 50
}
