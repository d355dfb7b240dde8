// What can be handed on in a chat beside words and files: a place, and somebody's addresses.

import type { Card, Contact } from '@/api'

export const MOST_CARDS = 10

export interface Point {
  latitude: number
  longitude: number
}

const NUMBER = String.raw`(-?\d{1,3}(?:\.\d+)?)`
// How maps write a point: alone, in the middle of what they show, or as what was looked for.
const WRITTEN = [
  new RegExp(String.raw`^\s*${NUMBER}\s*[,;\s]\s*${NUMBER}\s*$`),
  new RegExp(String.raw`!3d${NUMBER}!4d${NUMBER}`), // Google: the place itself, before the middle of the map
  new RegExp(String.raw`[?&]mlat=${NUMBER}&mlon=${NUMBER}`),
  new RegExp(String.raw`[?&](?:q|ll|query|destination|coordinate)=(?:loc:)?${NUMBER},\+?${NUMBER}`),
  new RegExp(String.raw`@${NUMBER},${NUMBER}`),
  new RegExp(String.raw`#map=[\d.]+/${NUMBER}/${NUMBER}`),
]

/** The point that coordinates or the address of a map name. */
export function pointOf(written: string): Point | undefined {
  const plain = written.replaceAll('%2C', ',').replaceAll('%2c', ',')
  for (const form of WRITTEN) {
    const [, latitude, longitude] = (form.exec(plain) ?? []).map(Number)
    if (latitude !== undefined && longitude !== undefined) return isOnEarth(latitude, longitude) ? { latitude, longitude } : undefined
  }
  return undefined
}

function isOnEarth(latitude: number, longitude: number): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
}

/** Where somebody is reached, as it is handed on: each phone and each mail address once. */
export function addressesOf({ identities }: Pick<Contact, 'identities'>): { phones: string[]; emails: string[] } {
  const phones = identities.flatMap(({ scheme, value }) => {
    if (scheme === 'phone') return [value]
    // Other ids of WhatsApp are no numbers that could be called.
    return scheme === 'whatsapp' && /^\d{6,15}$/.test(value) ? [`+${value}`] : []
  })
  const emails = identities.filter(({ scheme }) => scheme === 'email').map(({ value }) => value)
  return { phones: [...new Set(phones)], emails: [...new Set(emails)] }
}

/** The card of a contact with those of his addresses that were `chosen`. */
export function cardOf(contact: Pick<Contact, 'name' | 'company' | 'identities'>, chosen: readonly string[]): Card {
  const { phones, emails } = addressesOf(contact)
  return {
    name: contact.name.slice(0, 200),
    phones: phones.filter((each) => chosen.includes(each)),
    emails: emails.filter((each) => chosen.includes(each)),
    company: contact.company,
  }
}
