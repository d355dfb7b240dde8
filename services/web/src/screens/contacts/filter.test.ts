import { describe, expect, it } from 'vitest'

import { filterOf } from './filter'
import { validateSearch } from './search'

describe('the filter of contacts', () => {
  it('holds what is asked, and nothing else', () => {
    expect(filterOf({ kind: 'supplier', trips: 'without' })).toEqual({ kind: 'supplier', has_trips: false })
    expect(filterOf({ trips: 'with', companies: true, blocked: 'marketing' })).toEqual({
      has_trips: true,
      is_company: true,
      blocked: 'marketing',
    })
    expect(filterOf({})).toEqual({})
  })

  it('leaves out of the address what nobody can have meant', () => {
    const read = validateSearch({ q: '  ', kind: 'king', channel: 7, trips: 'maybe', companies: 'yes', sort: 'age', tag: 'vip' })
    expect(filterOf(read)).toEqual({ tag: 'vip' })
    expect(read.sort).toBeUndefined()
  })
})
