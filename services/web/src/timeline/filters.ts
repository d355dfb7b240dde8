import type { Channel } from '@/api'

/** What people are, as far as a timeline tells them apart. */
export const SIDES = ['traveller', 'supplier', 'agent'] as const
export type Side = (typeof SIDES)[number]

/** What of a timeline is shown; all hold at once. */
export interface Filters {
  side?: Side | undefined
  person?: string | undefined
  channel?: Channel | undefined
  /** Of a person's: what was said about one trip. */
  trip?: string | undefined
}
