import { expect, test } from 'vitest'

import { readable } from './address'

test.each([
  ['351912345678', '+351912345678'],
  ['+351912345678', '+351912345678'],
  ['ana@mail.test', 'ana@mail.test'],
  ['88600300002@lid', '88600300002@lid'],
  ['62884', '62884'],
  ['Fairlead', 'Fairlead'],
])('%s is read as %s', (address, shown) => {
  expect(readable(address)).toBe(shown)
})
