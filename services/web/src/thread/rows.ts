// What stands in a thread, line by line: days between messages, where the unread begins, and which
// messages of one hand belong together.

import type { Comment, GroupNote, MessageView, ScheduledMessage, StreamItem } from '@/api'
import { dateIn } from '@/time'

import { isNote } from './body'
import { idOf } from './stream'
import type { Unsent } from './unsent'

export type Row =
  | { kind: 'begin'; key: 'begin' }
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: 'unread'; count: number }
  | { kind: 'message'; key: string; message: MessageView; first: boolean; last: boolean }
  | { kind: 'note'; key: string; message: MessageView; note: GroupNote }
  | { kind: 'comment'; key: string; comment: Comment }
  | { kind: 'scheduled'; key: string; scheduled: ScheduledMessage }
  | { kind: 'unsent'; key: string; unsent: Unsent }
  | { kind: 'typing'; key: 'typing' }

const TOGETHER = 5 * 60_000 // ms between messages of one hand that stand close

interface Given {
  items: readonly StreamItem[]
  /** All of the conversation is there. */
  whole: boolean
  /** The first message that the reader has not seen. */
  firstUnread?: { id: string; count: number } | undefined
  scheduled?: readonly ScheduledMessage[]
  unsent?: readonly Unsent[]
  /** The other side writes just now. */
  typing?: boolean
}

export function threadRows({ items, whole, firstUnread, scheduled = [], unsent = [], typing = false }: Given): Row[] {
  const rows: Row[] = whole ? [{ kind: 'begin', key: 'begin' }] : []
  let day = ''
  items.forEach((item, index) => {
    const { message, comment } = item
    const at = message?.at ?? comment?.at ?? ''
    const date = dateIn(at)
    // Not above the first of what was fetched: its day goes on in what was not, and a line that moves up
    // when that comes would take along who reads at the top.
    if (date !== day && (whole || index > 0)) rows.push({ kind: 'day', key: `day ${date}`, at })
    day = date
    if (message && message.id === firstUnread?.id) {
      rows.push({ kind: 'unread', key: 'unread', count: firstUnread.count })
    }
    if (message?.chat?.note) rows.push({ kind: 'note', key: message.id, message, note: message.chat.note })
    else if (message) {
      rows.push({
        kind: 'message',
        key: message.id,
        message,
        first: !isOneHand(items[index - 1]?.message, message) || message.id === firstUnread?.id,
        last: !isOneHand(message, items[index + 1]?.message),
      })
    } else if (comment) rows.push({ kind: 'comment', key: comment.id, comment })
  })
  const waiting = new Set(unsent.map((each) => each.scheduledId))
  const there = new Set(items.map((each) => each.message?.id))
  for (const each of scheduled) {
    if (!waiting.has(each.id) && !there.has(each.id)) rows.push({ kind: 'scheduled', key: each.id, scheduled: each })
  }
  for (const each of unsent) {
    if (each.scheduledId === undefined || !there.has(each.scheduledId)) {
      rows.push({ kind: 'unsent', key: each.key, unsent: each })
    }
  }
  if (typing) rows.push({ kind: 'typing', key: 'typing' })
  return rows
}

function isOneHand(before: MessageView | null | undefined, after: MessageView | null | undefined): boolean {
  return (
    !!before &&
    !!after &&
    !isNote(before) &&
    !isNote(after) &&
    before.direction === after.direction &&
    before.author_kind === after.author_kind &&
    before.author_id === after.author_id &&
    before.author_name === after.author_name &&
    dateIn(before.at) === dateIn(after.at) &&
    Date.parse(after.at) - Date.parse(before.at) < TOGETHER
  )
}

/**
 * Where the unread begins, of `unread` messages that came in, counted back from the item `until` that
 * was the last one then; undefined where nothing is unread, or the place was not fetched yet. Of a
 * `whole` conversation it is the first message where there are fewer.
 */
export function unreadFrom(
  items: readonly StreamItem[],
  unread: number,
  { until, whole = false }: { until?: string | undefined; whole?: boolean } = {},
): { id: string; count: number } | undefined {
  const end = until === undefined ? -1 : items.findLastIndex((each) => idOf(each) === until)
  let left = unread
  let first: string | undefined
  for (let index = end < 0 ? items.length - 1 : end; index >= 0 && left > 0; index -= 1) {
    const message = items[index]?.message
    if (message?.direction !== 'in' || isNote(message)) continue
    left -= 1
    first = message.id
  }
  return first !== undefined && (left === 0 || whole) ? { id: first, count: unread } : undefined
}
