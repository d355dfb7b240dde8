import { expect, it } from 'vitest'

import type { WebhookDelivery } from '@/api'

import { isSoon, outcomeOf, pretty } from './outcome'

const NOW = Date.parse('2026-12-01T10:00:00Z')

it('looks for what is sent at any moment, and for nothing else', () => {
  const delivery = (state: string, next_at: string | null) => ({ state, next_at }) as WebhookDelivery
  expect(isSoon(delivery('waiting', null), NOW)).toBe(true)
  expect(isSoon(delivery('waiting', '2026-12-01T10:00:20Z'), NOW)).toBe(true)
  expect(isSoon(delivery('waiting', '2026-12-01T12:00:00Z'), NOW)).toBe(false)
  expect(isSoon(delivery('delivered', null), NOW)).toBe(false)
  expect(isSoon(delivery('failed', '2026-12-01T10:00:20Z'), NOW)).toBe(false)
})

it('says how it ended', () => {
  expect(outcomeOf({ last_status: 503, last_error: 'HTTP 503' })).toBe('HTTP 503')
  expect(outcomeOf({ last_status: null, last_error: 'the host is on a private network' })).toBe('the host is on a private network')
  expect(outcomeOf({ last_status: null, last_error: null })).toBe('')
})

it('reads what is no JSON as it came', () => {
  expect(pretty('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}')
  expect(pretty('<p>no')).toBe('<p>no')
})
