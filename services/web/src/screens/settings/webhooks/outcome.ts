import type { WebhookDelivery, WebhookDeliveryState } from '@/api'

export const STATES = ['waiting', 'delivered', 'failed'] as const satisfies readonly WebhookDeliveryState[]

export const COLOURS: Record<WebhookDeliveryState, string> = { waiting: 'yellow', delivered: 'tide', failed: 'red' }

export const LOOK = 1000 // ms after which one looks again how an attempt ended
const SOON = 60_000 // ms within which an attempt is worth looking for

/** Whether it is sent at any moment: a later attempt nobody waits for. */
export function isSoon({ state, next_at: next }: WebhookDelivery, now = Date.now()): boolean {
  return state === 'waiting' && (next === null || Date.parse(next) - now < SOON)
}

/** How the last attempt ended, in the words of who tried. */
export function outcomeOf({ last_status: status, last_error: error }: Pick<WebhookDelivery, 'last_status' | 'last_error'>): string {
  if (status !== null) return `HTTP ${status}`
  return error ?? ''
}

/** A body as it is read: JSON on lines of its own. */
export function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
