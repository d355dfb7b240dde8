// By which channel somebody can be reached, and which one suits him.

import type { Answer, Channel, Contact } from '@/api'

export type Connection = Answer<'/connections', 'get'>[number]

export const CHANNELS: readonly Channel[] = ['email', 'whatsapp', 'sms']

// WhatsApp knows people by its own ids, and by their phones.
const SCHEMES: Record<Channel, readonly string[]> = {
  email: ['email'],
  whatsapp: ['whatsapp', 'phone'],
  sms: ['phone'],
}

/** Whether we know an address of `contact` on `channel`. */
export function hasAddress(contact: Pick<Contact, 'identities'>, channel: Channel): boolean {
  return contact.identities.some((each) => SCHEMES[channel].includes(each.scheme))
}

/** The channels that we have a connection of. Mail leaves without one of our own, too. */
export function connected(connections: readonly Pick<Connection, 'channel' | 'state'>[]): readonly Channel[] {
  return CHANNELS.filter(
    (channel) => channel === 'email' || connections.some((each) => each.channel === channel && each.state !== 'off'),
  )
}

/** The channel that the contact prefers, else the first by which he can be reached, else mail. */
export function suited(
  contact: Pick<Contact, 'identities' | 'channel'> | undefined,
  ours: readonly Channel[],
): Channel {
  if (contact === undefined) return 'email'
  const reached = ours.filter((channel) => hasAddress(contact, channel))
  if (contact.channel != null && reached.includes(contact.channel)) return contact.channel
  return reached[0] ?? 'email'
}
