import type { Channel, ConsentKind, Contact, ContactKind, Scheme } from '@/api'

export const KINDS: readonly ContactKind[] = ['traveller', 'supplier', 'agent', 'owner', 'employee', 'unknown']
export const SCHEMES: readonly Scheme[] = ['email', 'phone', 'whatsapp']
export const CHANNELS: readonly Channel[] = ['email', 'whatsapp', 'sms']
export const CONSENTS: readonly ConsentKind[] = ['service', 'reminder', 'review', 'marketing']

export const KIND_COLOURS: Record<ContactKind, string> = {
  traveller: 'tide',
  supplier: 'orange',
  agent: 'violet',
  owner: 'lime',
  employee: 'blue',
  unknown: 'gray',
}

/** The first identity of a scheme is the preferred one. */
export function firstOf(contact: Contact, scheme: Scheme): string | undefined {
  return contact.identities.find((each) => each.scheme === scheme)?.display
}

/** Where somebody is reached first on a phone. */
export function phoneOf(contact: Contact): string | undefined {
  return firstOf(contact, 'phone') ?? firstOf(contact, 'whatsapp')
}

/** What is filled in of one that `known` are the values of; undefined of one that is not among them. */
export function among<T extends string>(known: readonly T[], given: unknown): T | undefined {
  return known.find((each) => each === given)
}
