import type { Channel } from '@/api'
import { among, CHANNELS } from '@/people/words'

/** What the address of this screen keeps behind its `?`. */
export interface Search {
  /** What stands beside the card. */
  tab?: 'notes' | undefined
  /** Of the timeline. */
  channel?: Channel | undefined
  trip?: string | undefined
  /** Who is to go into this contact: the preview of that is open. */
  merge?: string | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  return {
    tab: among(['notes'] as const, given.tab),
    channel: among(CHANNELS, given.channel),
    trip: typeof given.trip === 'string' && given.trip !== '' ? given.trip : undefined,
    merge: typeof given.merge === 'string' ? given.merge : undefined,
  }
}
