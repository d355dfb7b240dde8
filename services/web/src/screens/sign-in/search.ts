/** Where to go on after signing in. */
export interface Search {
  next?: string | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  const { next } = given
  // Only to an address of ours: never to another host, however it is written.
  const ours = typeof next === 'string' && /^\/(?![/\\])/.test(next)
  return { next: ours ? next : undefined }
}
