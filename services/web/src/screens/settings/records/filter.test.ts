import { afterEach, expect, it } from 'vitest'

import { setReaderZone } from '@/time'

import { validateSearch } from '../search'
import { filterOf } from './filter'

afterEach(() => setReaderZone('UTC'))

it('says only what is asked', () => {
  expect(filterOf({})).toEqual({})
  expect(filterOf({ q: 'marta', what: 'contact' })).toEqual({ q: 'marta', action: 'contact' })
})

it('asks for a kind of what was sent beside the words', () => {
  expect(filterOf({ what: 'message.sent:proposal' })).toEqual({ action: 'message.sent', q: 'proposal' })
  expect(filterOf({ what: 'message.sent:proposal', q: 'marta' })).toEqual({ action: 'message.sent', q: 'marta proposal' })
})

it('takes whole days of the reader', () => {
  setReaderZone('America/New_York')
  expect(filterOf({ from: '2026-12-01', to: '2026-12-01' })).toEqual({ since: '2026-12-01T05:00:00.000Z', until: '2026-12-02T05:00:00.000Z' })
})

it('takes no nonsense from an address', () => {
  expect(filterOf(validateSearch({ q: '', from: 'soon', to: 4, user: {}, what: [], about: null }))).toEqual({})
})
