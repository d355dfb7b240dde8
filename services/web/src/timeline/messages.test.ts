import { expect, it } from 'vitest'

import type { Delivery, MessageView } from '@/api'

import { keyOf, statusOf, withDays } from './messages'

const message = (id: string, at: string) => ({ id, at }) as MessageView
const delivery = (status: Delivery['status']) => ({ status }) as Delivery

it('puts each day once, on the reader’s clock', () => {
  const late = message('late', '2026-12-03T23:30:00Z')
  const early = message('early', '2026-12-03T08:00:00Z')
  expect(withDays([late, early], 'UTC').map(keyOf)).toEqual(['2026-12-03', 'late', 'early'])
  expect(withDays([late, early], 'Europe/Madrid').map(keyOf)).toEqual(['2026-12-04', 'late', '2026-12-03', 'early'])
})

it('tells the worst that happened to any recipient', () => {
  expect(statusOf({ deliveries: [delivery('read'), delivery('failed')] })).toBe('failed')
  expect(statusOf({ deliveries: [delivery('read'), delivery('delivered')] })).toBe('delivered')
  expect(statusOf({ deliveries: [] })).toBeUndefined()
})
