import type { Channel, ConsentKind, ContactKind, ContactSort } from '@/api'
import { among, CHANNELS, CONSENTS, KINDS } from '@/people/words'

/** What the address of this screen keeps behind its `?`. */
export interface Search {
  q?: string | undefined
  kind?: ContactKind | undefined
  tag?: string | undefined
  channel?: Channel | undefined
  /** Who does not want this kind of message. */
  blocked?: ConsentKind | undefined
  trips?: 'with' | 'without' | undefined
  companies?: boolean | undefined
  sort?: ContactSort | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  const words = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value : undefined)
  return {
    q: words(given.q),
    kind: among(KINDS, given.kind),
    tag: words(given.tag),
    channel: among(CHANNELS, given.channel),
    blocked: among(CONSENTS, given.blocked),
    trips: among(['with', 'without'] as const, given.trips),
    companies: given.companies === true ? true : undefined,
    sort: among(['name', 'recent'] as const, given.sort),
  }
}
