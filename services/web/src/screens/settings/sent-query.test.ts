import { afterEach, describe, expect, it } from 'vitest'

import { setReaderZone } from '@/time'

import { validateSearch } from './search'
import { sentQuery } from './sent-query'

const SOMEBODY = '0b0e7a3e-0000-4000-8000-000000000001'

describe('the filters of the log of what was sent', () => {
  afterEach(() => setReaderZone(undefined))

  it('are days of the reader, both included', () => {
    setReaderZone('Europe/Lisbon')
    expect(sentQuery({ from: '2026-03-28', to: '2026-03-29' })).toEqual({ sent_from: '2026-03-28T00:00:00.000Z', sent_before: '2026-03-29T23:00:00.000Z' })
  })

  it('know one of the team from what writes by itself', () => {
    expect(sentQuery({ author: SOMEBODY })).toEqual({ author_id: SOMEBODY })
    expect(sentQuery({ author: 'rule' })).toEqual({ author_kind: 'rule' })
  })

  it('leave out what the API would not understand', () => {
    const given = { channel: 'fax', status: 'lost', connection: 'x', author: 'contact', contact: '1', trip: 7, from: '2026-13-45', to: 'today' }
    expect(sentQuery(validateSearch(given))).toEqual({})
  })
})
