// A message that did not reach everybody, once more.

import type { Conversation, Delivery, Draft, MessageView } from '@/api'

type Role = Delivery['role']

/** The draft of it, to those whom it did not reach; all else as it was. */
export function againOf(message: MessageView, conversation: Conversation): Draft {
  const { channel, connection_id, subject, text, html, deliveries, attachments, itinerary, answers_id, chat } = message
  const missed = deliveries.filter((each) => each.status === 'failed')
  const of = (role: Role) =>
    missed.filter((each) => each.role === role).map(({ mailbox }) => ({ address: mailbox.address, name: mailbox.name ?? '' }))
  // Where only copies failed there is still somebody whom it goes to.
  const first = (['to', 'cc', 'bcc'] as const).find((role) => of(role).length > 0) ?? 'to'
  const copies = (role: Role) => (role === first ? [] : of(role))
  return {
    channel,
    ...(connection_id && { connection_id }),
    ...(conversation.group_id ? { group_id: conversation.group_id } : { to: of(first) }),
    ...(copies('cc').length > 0 && { cc: copies('cc') }),
    ...(copies('bcc').length > 0 && { bcc: copies('bcc') }),
    ...(answers_id && { in_reply_to: answers_id }),
    ...(itinerary && { itinerary_id: itinerary.itinerary_id }),
    ...(channel === 'email' && { subject }),
    ...(channel === 'email' && html ? { html } : { text }),
    attachments: attachments.map((each) => each.id),
    ...(chat?.place && { place: chat.place }),
    ...(chat?.cards && chat.cards.length > 0 && { cards: chat.cards }),
    undo: true,
  }
}
