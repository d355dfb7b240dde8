const SOON = 1500 // ms until one asks again for a code that is being made
const EARLY = 500 // ms before its end in which the next code is fetched

/** When the next code is to be asked for: shortly before this one ends. */
export function nextAsking(until: string | undefined, now: number): number {
  if (until === undefined) return SOON
  return Math.max(SOON, new Date(until).getTime() - now - EARLY)
}

const ON_THE_WAY: ReadonlySet<string> = new Set(['connecting', 'scan_qr', 'enter_code', 'pairing', 'degraded', 'open'])

/** Whether a number goes on by itself; else it came to an end, and waits for somebody. */
export function goesOn(link: string | null | undefined): boolean {
  return link != null && ON_THE_WAY.has(link)
}
