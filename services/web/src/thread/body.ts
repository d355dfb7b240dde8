// The words of a message: which form of them is shown, and where links are.

import type { MessageView, ParticipantReceipt } from '@/api'

/** Whether the HTML of a mail says more than its text: tables, pictures, lists, emphasis, links. */
export function isRich(html: string | null): html is string {
  return html !== null && /<(table|img|ul|ol|h[1-6]|hr|b|strong|i|em|u|a|blockquote|pre)[\s>]/i.test(html)
}

/** Whether pictures from elsewhere wait for the reader's word (email_gateway's `blocked:`). */
export function hasRemoteImages(html: string | null): boolean {
  return html !== null && /src="blocked:/i.test(html)
}

/** Nobody wrote it: it tells what happened in a group. */
export function isNote({ chat }: Pick<MessageView, 'chat'>): boolean {
  return chat?.note != null
}

/** Shown as one large sign: a message of nothing but some emoji. */
export function isOnlyEmoji(text: string): boolean {
  return text.length < 24 && /^(?:\p{Extended_Pictographic}[\p{Emoji_Modifier}\u{FE0F}\u{200D}]*\s?){1,3}$/u.test(text)
}

export interface Part {
  text: string
  href?: string
}

const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}»”])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/gu

/** A text in parts, its addresses as links. */
export function linked(text: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const found of text.matchAll(LINK)) {
    if (found.index > at) parts.push({ text: text.slice(at, found.index) })
    parts.push({ text: found[0], href: found[1] ?? `mailto:${found[0]}` })
    at = found.index + found[0].length
  }
  if (at < text.length) parts.push({ text: text.slice(at) })
  return parts
}

/** A few words of a message, for a quote of it. */
export function brief(message: MessageView, length = 120): string {
  const { text, subject, attachments, chat } = message
  const handed = [...attachments, chat?.place, ...(chat?.cards ?? [])].flatMap((each) => (each?.name ? [each.name] : []))
  const words = (text || subject || handed.join(', ')).trim()
  return words.length > length ? `${words.slice(0, length).trimEnd()}…` : words
}

/** Who read a message first, then who has it, then who has not; each in the order of the moments. */
export function byProgress(receipts: readonly ParticipantReceipt[]): ParticipantReceipt[] {
  const late = '\u{FFFF}'
  return [...receipts].sort(
    (a, b) =>
      (a.read_at ?? late).localeCompare(b.read_at ?? late) ||
      (a.delivered_at ?? late).localeCompare(b.delivered_at ?? late) ||
      (a.name ?? '').localeCompare(b.name ?? ''),
  )
}

/** What became of a message with all its recipients together: the least of them, a failure before all. */
export function fate({ deliveries }: Pick<MessageView, 'deliveries'>): 'failed' | 'queued' | 'uncertain' | 'sent' | 'delivered' | 'read' | undefined {
  const order = ['failed', 'queued', 'uncertain', 'sent', 'delivered', 'read'] as const
  return order.find((status) => deliveries.some((each) => each.status === status))
}
