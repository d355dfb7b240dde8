/** What the address of this screen keeps behind its `?`. */
export interface Search {
  /** Of the log of what was sent. */
  channel?: string | undefined
  status?: string | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  const word = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  return { channel: word(given.channel), status: word(given.status) }
}
