// What somebody is writing, and the draft that it becomes.

import type { Ability, Answer, ApprovedTemplate, Attachment, Card, Channel, ConsentKind, Contact, Conversation, Draft, MessageView, Place } from '@/api'

import { MOST_CARDS } from './handed'

type Connection = Answer<'/connections', 'get'>[number]

export interface Writing {
  channel: Channel
  /** One of ours to send by; undefined for the default one of another channel. */
  connection?: string | undefined
  text: string
  subject: string
  cc: string[]
  /** Copies that nobody else sees. */
  bcc: string[]
  attachments: Attachment[]
  /** A point on the map, and people's addresses: for chats alone. */
  place?: Place | undefined
  cards: Card[]
  /** The message that is answered, and quoted where the channel can. */
  answers?: MessageView | undefined
  approved?: ApprovedTemplate | undefined
  /** Of the template that the words began with: what people can have blocked. */
  purpose?: ConsentKind | undefined
  itinerary?: string | undefined
}

export function blank(conversation: Conversation): Writing {
  return {
    channel: conversation.channel,
    connection: conversation.connection_id ?? undefined,
    text: '',
    subject: '',
    cc: [],
    bcc: [],
    attachments: [],
    cards: [],
  }
}

export function isEmpty(writing: Writing): boolean {
  return writing.text.trim() === '' && writing.subject.trim() === '' && writing.attachments.length === 0 && !isHanding(writing) && !writing.approved
}

/** Whether it hands on what only a chat can. */
export function isHanding({ place, cards }: Pick<Writing, 'place' | 'cards'>): boolean {
  return place !== undefined || cards.length > 0
}

/**
 * Two that were written apart and stand on one desk now, the earlier one first: nothing of either is
 * lost. What says the same is there once.
 */
export function joined(first: Writing, second: Writing): Writing {
  if (isEmpty(second)) return first
  if (isEmpty(first)) return second
  const texts = [first.text, second.text].map((each) => each.trim()).filter((each) => each !== '')
  const more = second.attachments.filter(({ id }) => !first.attachments.some((each) => each.id === id))
  const cards = second.cards.filter((each) => !first.cards.some((other) => isSame(each, other)))
  return {
    ...first,
    text: texts[0] === texts[1] ? first.text : texts.join('\n\n'),
    subject: first.subject || second.subject,
    cc: [...new Set([...first.cc, ...second.cc])],
    attachments: [...first.attachments, ...more],
    place: first.place ?? second.place,
    cards: [...first.cards, ...cards].slice(0, MOST_CARDS),
    // With such a template nothing else could be said.
    approved: texts.length + more.length > 0 || isHanding(second) ? undefined : first.approved,
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

export interface Around {
  conversation: Conversation
  /** The last message of the other side, and the last of all that the writer has seen. */
  lastIn?: MessageView | undefined
  lastSeen?: MessageView | undefined
}

/** The draft of a reply, or of a message on another channel to the same person. */
export function asDraft(writing: Writing, { conversation, lastIn, lastSeen }: Around): Draft {
  const { channel, text, approved, subject, cc, bcc, attachments, place, cards, answers, connection, purpose, itinerary } = writing
  const here = channel === conversation.channel
  // A mail goes on with the thread; in a chat only what is answered by name is quoted.
  const replied = here ? (answers ?? (channel === 'email' ? lastIn : undefined)) : undefined
  const person = conversation.contact_id
  const isGroup = here && conversation.kind === 'group'
  const isAnswer = replied?.direction === 'in' && channel === 'email'
  return {
    channel,
    ...(connection && { connection_id: connection }),
    ...(replied && { in_reply_to: replied.id }),
    ...(isGroup && { group_id: conversation.group_id }),
    ...(!isAnswer && !isGroup && {
      to: [{ ...(person && { contact_id: person }), ...(here && { address: conversation.address, name: conversation.contact_name }) }],
    }),
    ...(channel === 'email' && subject.trim() !== '' && { subject: subject.trim() }),
    ...(channel === 'email' && cc.length > 0 && { cc: cc.map((address) => ({ address })) }),
    ...(channel === 'email' && bcc.length > 0 && { bcc: bcc.map((address) => ({ address })) }),
    ...(approved
      ? { approved_template: approved }
      : { text, attachments: attachments.map((each) => each.id), ...(place && { place }), ...(cards.length > 0 && { cards }) }),
    ...(purpose && { purpose }),
    ...(itinerary && { itinerary_id: itinerary }),
    ...(here && lastSeen && { seen_message_id: lastSeen.id }),
  }
}

/** What a saved draft was written as; its files are asked for by their ids. */
export function asWriting(draft: Draft, attachments: Attachment[], conversation: Conversation, answers?: MessageView): Writing {
  return {
    channel: draft.channel ?? conversation.channel,
    connection: draft.connection_id ?? undefined,
    text: draft.text ?? '',
    subject: draft.subject ?? '',
    cc: (draft.cc ?? []).flatMap((each) => each.address ?? []),
    bcc: (draft.bcc ?? []).flatMap((each) => each.address ?? []),
    attachments,
    place: draft.place ?? undefined,
    cards: draft.cards ?? [],
    answers,
    approved: draft.approved_template ?? undefined,
    purpose: draft.purpose ?? undefined,
    itinerary: draft.itinerary_id ?? undefined,
  }
}

/** Whether a channel leads to somebody: by his own addresses, or by the conversation's. */
export function reaches(channel: Channel, conversation: Conversation, contact: Contact | undefined): boolean {
  if (channel === conversation.channel) return true
  const schemes = { email: ['email'], whatsapp: ['whatsapp', 'phone'], sms: ['phone'] }[channel]
  return (contact?.identities ?? []).some((each) => schemes.includes(each.scheme) && each.reachability !== 'failed')
}

/** What the connection that it leaves by can send: the one that is named, else the channel's default. */
export function abilitiesOf(connections: readonly Connection[], { channel, connection }: Pick<Writing, 'channel' | 'connection'>): readonly Ability[] {
  const ours = connections.filter((each) => each.channel === channel)
  const found = connection === undefined ? ours.find((each) => each.details.default) : ours.find((each) => each.id === connection)
  return found && 'abilities' in found ? found.abilities : []
}

/** What stands between `/` or `@` and the caret at the end of a text; undefined where there is neither. */
export function asked(text: string, caret: number): { sign: '/' | '@'; from: number; words: string } | undefined {
  const found = /(?:^|\n)(\/)([^\n/]{0,40})$|(?:^|\s)(@)([\p{L}\p{N}._-]{0,40})$/u.exec(text.slice(0, caret))
  if (!found) return undefined
  const sign = found[1] === '/' ? '/' : '@'
  const words = (sign === '/' ? found[2] : found[4]) ?? ''
  return { sign, from: caret - words.length - 1, words }
}

/** `by` in the place of what was asked for between `from` and `caret` of `then`, in what the text is by now. */
export function inserted(now: string, then: string, from: number, caret: number, by: string): string {
  if (now.startsWith(then.slice(0, caret))) return now.slice(0, from) + by + now.slice(caret)
  return now.trim() === '' ? by : `${now}\n${by}`
}

/** The users whom a comment names by `@`: of Ann and Anna the one whose name stands there in full. */
export function mentioned(text: string, users: readonly { id: string; name: string }[]): string[] {
  const names = [...new Set(users.map((each) => each.name))].sort((a, b) => b.length - a.length)
  const signs = /[.*+?^${}()|[\]\\]/g
  let left = text
  const found = names.filter((name) => {
    const before = left
    left = left.replace(new RegExp(`@${name.replace(signs, '\\$&')}(?![\\p{L}\\p{N}])`, 'gu'), ' ')
    return left !== before
  })
  return users.filter((each) => found.includes(each.name)).map((each) => each.id)
}
