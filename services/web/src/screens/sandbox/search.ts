/** What the address of this screen keeps behind its `?`. */
export interface Search {
  /** The devices that stand side by side, as `whatsapp:+351912000001`. */
  open?: string[] | undefined
}

export function validateSearch(given: Record<string, unknown>): Search {
  const open = Array.isArray(given.open) ? given.open.filter((each) => typeof each === 'string') : undefined
  return { open }
}
