// Who is to be put into a group: guests of the trip, contacts, and numbers that were typed.

import type { Contact, FieldError, Guest, Participant, Recipient } from '@/api'

export interface Chosen {
  /** What one is known by: nobody is chosen twice. */
  key: string
  name: string
  /** The number, as far as one is known. */
  number: string
  recipient: Recipient
}

/** What WhatsApp reaches a contact by; empty where there is nothing. */
export function numberOf({ identities }: Pick<Contact, 'identities'>): string {
  const reached = identities.filter((each) => each.scheme !== 'email')
  const found = reached.find((each) => each.scheme === 'whatsapp') ?? reached[0]
  return found?.display ?? ''
}

export function ofContact(contact: Pick<Contact, 'id' | 'name' | 'identities'>): Chosen {
  return { key: contact.id, name: contact.name, number: numberOf(contact), recipient: { contact_id: contact.id } }
}

/** A number with its country code, as somebody types it: `+351 912 345 678`; undefined for other words. */
export function typedNumber(words: string): string | undefined {
  const plain = words.trim().replace(/^00/, '+').replace(/[\s().\-/]/g, '')
  return /^\+?[1-9]\d{6,14}$/.test(plain) ? `+${plain.replace('+', '')}` : undefined
}

export function ofNumber(number: string): Chosen {
  return { key: number, name: number, number: '', recipient: { address: number } }
}

/** Guests, the lead first, each once. */
export function proposed(guests: readonly Guest[]): Guest[] {
  const found = new Map(guests.map((each) => [each.contact_id ?? each.name, each] as const))
  return [...found.values()].sort((a, b) => Number(b.lead ?? false) - Number(a.lead ?? false))
}

export function withOne(chosen: readonly Chosen[], one: Chosen): Chosen[] {
  return chosen.some((each) => each.key === one.key) ? [...chosen] : [...chosen, one]
}

export function without(chosen: readonly Chosen[], key: string): Chosen[] {
  return chosen.filter((each) => each.key !== key)
}

/** What the API has against some of them, by their keys: it counts them as they were sent. */
export function againstEach(errors: readonly FieldError[], sent: readonly Chosen[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { field, reason } of errors) {
    const one = sent[Number(/^participants\[(\d+)\]/.exec(field)?.[1] ?? NaN)]
    if (one) found[one.key] = reason
  }
  return found
}

/** How one who is in a group, or was, is named to the API. */
export function recipientOf({ contact_id, address }: Participant): Recipient {
  return contact_id === null ? { address } : { contact_id }
}

/** Whether somebody is in a group, as far as anybody knows, and can be taken out. */
export function isInside({ standing }: Pick<Participant, 'standing'>): boolean {
  return standing === 'added' || standing === 'unknown'
}

/** Who is in it first, then who is awaited, then who is not. */
export function inOrder(participants: readonly Participant[]): Participant[] {
  const order: Participant['standing'][] = ['added', 'asked', 'unknown', 'invited', 'refused', 'left', 'removed']
  return [...participants].sort(
    (a, b) =>
      order.indexOf(a.standing) - order.indexOf(b.standing) ||
      Number(b.admin) - Number(a.admin) ||
      a.name.localeCompare(b.name),
  )
}
