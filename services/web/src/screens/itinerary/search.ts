/** What the address of this screen keeps behind its `?`. */
export interface Search {
  q?: string | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  return { q: typeof given.q === 'string' ? given.q : undefined }
}
