const NEXT = 1500 // ms in which the letter must follow the g

/**
 * Says of each key, with when it was pressed in ms since the page began, whether it follows a `g`. What is
 * pressed as the first key of a page follows nothing, however young the page is.
 */
export function goKeys(): (key: string, at: number) => boolean {
  let since = -Infinity
  return (key, at) => {
    const follows = at - since < NEXT
    since = key === 'g' && !follows ? at : -Infinity
    return follows
  }
}
