import { describe, expect, it } from 'vitest'

import { validateSearch } from './search'

describe('where to go on after signing in', () => {
  it('is an address of ours', () => {
    expect(validateSearch({ next: '/itineraries/1?q=x' }).next).toBe('/itineraries/1?q=x')
  })

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', 7, undefined])(
    'is never %s',
    (next) => expect(validateSearch({ next }).next).toBeUndefined(),
  )
})
