/** What the address of this screen keeps behind its `?`. */
export interface Search {
  /** The job that is looked at. */
  job?: string | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  return { job: typeof given.job === 'string' ? given.job : undefined }
}
