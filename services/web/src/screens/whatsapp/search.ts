import { type Filters, readFilters } from '@/conversations/filters'

/** What the address of this screen keeps behind its `?`. */
export interface Search extends Filters {
  /** The message that the thread opens at. */
  message?: string | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  return { ...readFilters(given), message: typeof given.message === 'string' ? given.message : undefined }
}
