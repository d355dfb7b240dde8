import type { Mailing } from '@/api'

export const STATE_COLOURS: Record<Mailing['state'], string> = {
  preparing: 'gray',
  ready: 'indigo',
  sending: 'tide',
  paused: 'yellow',
  done: 'teal',
  cancelled: 'red',
}

/** How far it is, in percent: of the list while that is looked at, then of those who get it. */
export function share({ state, total, ready, left_out, sent }: Pick<Mailing, 'state' | 'total' | 'ready' | 'left_out' | 'sent'>): number {
  if (state === 'preparing') return total === 0 ? 0 : (100 * (ready + left_out)) / total
  if (state === 'done') return 100
  const due = total - left_out
  return due === 0 ? 0 : (100 * sent) / due
}
