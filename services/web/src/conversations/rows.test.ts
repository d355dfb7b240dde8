import { describe, expect, it } from 'vitest'

import type { Conversation } from '@/api'

import { fits } from './filters'
import { type Pages, placed, rowsOf } from './rows'

function row(id: string, last_at: string, more: Partial<Conversation> = {}): Conversation {
  return {
    id, last_at, channel: 'email', connection_id: 'c', contact_id: null, contact_name: id, address: '',
    subject: '', preview: '', last_direction: 'in', last_status: null, unread: 0, archived: false,
    itinerary_ids: [], version: 1, unread_mine: 0, ...more,
  }
}

function pages(...given: Conversation[][]): Pages {
  return {
    pages: given.map((conversations, index) => ({ conversations, cursor: index < given.length - 1 ? 'more' : null })),
    pageParams: given.map(() => null),
  }
}

const names = (given: Pages) => rowsOf(given).map((each) => each.id)
const three = pages([row('a', '09:00'), row('b', '08:00')], [row('c', '07:00')])

describe('a conversation that changed', () => {
  it('comes to the top with a new message, from whatever page', () => {
    expect(names(placed(three, row('c', '10:00', { version: 2 }), true))).toEqual(['c', 'a', 'b'])
  })

  it('stays where it is when nothing new was said', () => {
    const after = placed(three, row('b', '08:00', { version: 2, state: 'answered' }), true)
    expect(names(after)).toEqual(['a', 'b', 'c'])
    expect(rowsOf(after)[1]?.state).toBe('answered')
  })

  it('with a group belongs among groups, and not among people', () => {
    const group = row('g', '10:00', { kind: 'group' })
    expect([fits(group, { kind: 'group' }, 'me'), fits(group, { kind: 'person' }, 'me'), fits(group, {}, 'me')]).toEqual([true, false, true])
  })

  it('leaves when it does not belong any more, and comes back to its place', () => {
    const gone = placed(three, row('b', '08:00', { version: 2 }), false)
    expect(names(gone)).toEqual(['a', 'c'])
    expect(names(placed(gone, row('b', '08:00', { version: 3 }), true))).toEqual(['a', 'b', 'c'])
  })

  it('is only changed in place where nobody can tell whether it belongs', () => {
    expect(names(placed(three, row('c', '10:00', { version: 2 }), undefined))).toEqual(['a', 'b', 'c'])
    expect(names(placed(three, row('new', '10:00'), undefined))).toEqual(['a', 'b', 'c'])
  })

  it('is not replaced by what it was before', () => {
    const newer = placed(three, row('a', '09:00', { version: 5, preview: 'newer' }), true)
    expect(rowsOf(placed(newer, row('a', '09:00', { version: 4, preview: 'older' }), true))[0]?.preview).toBe('newer')
  })

  it('waits for its page where that was not fetched yet', () => {
    const first: Pages = { pages: [{ conversations: [row('a', '09:00')], cursor: 'more' }], pageParams: [null] }
    expect(names(placed(first, row('old', '01:00'), true))).toEqual(['a'])
  })

  it('keeps what its reader has still to read where the event cannot say', () => {
    const unread = placed(three, row('a', '09:00', { version: 2, unread_mine: 4 }), true)
    expect(rowsOf(placed(unread, row('a', '09:00', { version: 3, unread_mine: null }), true))[0]?.unread_mine).toBe(4)
  })

  it('keeps what its trip is called while that is the same trip', () => {
    const named = placed(three, row('a', '09:00', { version: 2, itinerary_ids: ['t'], trip_reference: 'FL-7' }), true)
    const after = (trip: string) =>
      rowsOf(placed(named, row('a', '09:00', { version: 3, itinerary_ids: [trip] }), true))[0]?.trip_reference
    expect(after('t')).toBe('FL-7')
    expect(after('other')).toBeNull()
  })
})

describe('whether it belongs in a list', () => {
  const mine = row('a', '09:00', { assignee_id: 'me', state: 'attentive', label_ids: ['l'], itinerary_ids: ['t'] })

  it.each([
    [{}, true],
    [{ channel: 'sms' }, false],
    [{ who: 'mine' }, true],
    [{ who: 'nobody' }, false],
    [{ view: 'archived' }, false],
    [{ state: 'attentive', label: 'l' }, true],
    [{ label: 'other' }, false],
    [{ assignee: 'me' }, true],
    [{ assignee: 'colleague' }, false],
    [{ trip: 't' }, true],
    [{ trip: 'other' }, false],
    [{ q: 'anything' }, undefined],
    [{ since: '2026-01-01' }, undefined],
  ] as const)('%o: %s', (filters, expected) => {
    expect(fits(mine, filters, 'me')).toBe(expected)
  })

  it('is in no list but its own while it is put off, or part of another', () => {
    const off = { ...mine, follow_up: { until: '2026-12-01T09:00:00Z', user_id: null, user_name: '', note: '' } }
    expect(fits(off, {}, 'me')).toBe(false)
    expect(fits(off, { view: 'put_off' }, 'me')).toBe(true)
    expect(fits({ ...mine, merged_into_id: 'x' }, {}, 'me')).toBe(false)
  })
})
