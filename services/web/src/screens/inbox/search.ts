/** What the address of this screen keeps behind its `?`. */
export interface Search {
  /** The message that the thread opens at. */
  message?: string | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  return { message: typeof given.message === 'string' ? given.message : undefined }
}
