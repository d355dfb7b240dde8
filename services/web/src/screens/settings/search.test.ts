import { expect, it } from 'vitest'

import { validateSearch } from './search'

it('takes digits of an address for a number to find', () => {
  expect(validateSearch({ number: 351910 }).number).toBe('351910')
  expect(validateSearch({ number: '+351 910' }).number).toBe('+351 910')
  expect(validateSearch({ number: '' }).number).toBeUndefined()
})
