import { MACHINES } from './sent-query'

/** What the address of this screen keeps behind its `?`. */
export interface Search {
  /** Of the log of what was sent. */
  channel?: string | undefined
  status?: string | undefined
  /** One of our addresses or numbers. */
  connection?: string | undefined
  /** One of the team, or what else writes: `rule`, `assistant`, `system`. */
  author?: string | undefined
  contact?: string | undefined
  trip?: string | undefined
  /** Days of either log, both included. */
  from?: string | undefined
  to?: string | undefined
  /** Of the log of who did what: words, by whom, what, about which contact, to which thing. */
  q?: string | undefined
  user?: string | undefined
  what?: string | undefined
  about?: string | undefined
  entity?: string | undefined
  thing?: string | undefined
  /** Of those who stopped texts. */
  number?: string | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  return {
    channel: word(given.channel),
    status: word(given.status),
    connection: id(given.connection),
    author: id(given.author) ?? MACHINES.find((each) => each === given.author),
    contact: id(given.contact),
    trip: id(given.trip),
    from: day(given.from),
    to: day(given.to),
    q: word(given.q),
    user: word(given.user),
    what: word(given.what),
    about: word(given.about),
    entity: word(given.entity),
    thing: word(given.thing),
    // Digits alone are a number to who reads the address.
    number: word(typeof given.number === 'number' ? String(given.number) : given.number),
  }
}

function word(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? given : undefined
}

function id(given: unknown): string | undefined {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(word(given) ?? '') ? word(given) : undefined
}

function day(given: unknown): string | undefined {
  const found = word(given)
  return found !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(found) && !Number.isNaN(Date.parse(found)) ? found : undefined
}
