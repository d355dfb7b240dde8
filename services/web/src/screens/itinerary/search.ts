import { type Filters, SIDES } from '@/timeline/filters'

export const TABS = ['services', 'payments', 'proposals', 'documents', 'reviews', 'history', 'timeline'] as const
export type Tab = (typeof TABS)[number]

/** What the address of this screen keeps behind its `?`. */
export interface Search extends Filters {
  tab?: Tab | undefined
  /** The service whose details are open. */
  service?: string | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  return {
    tab: TABS.find((each) => each === given.tab),
    service: text(given.service),
    side: SIDES.find((each) => each === given.side),
    person: text(given.person),
    channel: (['email', 'whatsapp', 'sms'] as const).find((each) => each === given.channel),
  }
}

function text(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? given : undefined
}
