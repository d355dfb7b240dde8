import { expect, it } from 'vitest'

import { keyOf } from './key'

it.each([
  ['Diet', 'diet'],
  ['  Último año — visitas (n.º) ', 'ultimo_ano_visitas_n_o'],
  ['2nd passport', 'nd_passport'],
  ['x'.repeat(60), 'x'.repeat(40)],
])('makes of %s what the API takes', (label, key) => {
  expect(keyOf(label)).toBe(key)
})

it.each(['Диета', '食事', '…', '123', ''])('has a key for %s too', (label) => {
  expect(keyOf(label)).toMatch(/^[a-z][a-z0-9_]{0,39}$/)
})

it('tells names of other letters apart', () => {
  expect(keyOf('食事')).not.toBe(keyOf('言語'))
})
