import { KINDS, type ServiceKind } from '@/trips/kinds'
import { SERVICE_STATES, type ServiceState } from '@/trips/steps'

/** What the address of this screen keeps behind its `?`. */
export interface Search {
  view?: 'day' | undefined
  /** A day of what is shown; today where none is named. */
  date?: string | undefined
  supplier?: string | undefined
  state?: ServiceState | undefined
  kind?: ServiceKind | undefined
  q?: string | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  const date = text(given.date)
  return {
    view: given.view === 'day' ? 'day' : undefined,
    date: date !== undefined && !isNaN(Date.parse(date)) && /^\d{4}-\d\d-\d\d$/.test(date) ? date : undefined,
    supplier: text(given.supplier),
    state: SERVICE_STATES.find((each) => each === given.state),
    kind: KINDS.find((each) => each === given.kind),
    q: text(given.q),
  }
}
