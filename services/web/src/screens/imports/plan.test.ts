import { describe, expect, it } from 'vitest'

import { doubled, mappingOf, planOf } from './plan'

const guess = {
  encoding: 'cp1252',
  delimiter: ';',
  header: true,
  rows: 12,
  columns: [
    { name: 'Name', samples: ['Ana'], target: 'name' },
    { name: 'E-mail', samples: ['ana@reis.example'], target: 'email' },
    { name: 'Shoe size', samples: ['38'], target: null },
  ],
  targets: ['name', 'email', 'phone'],
}

describe('the plan of an import', () => {
  it('begins with what was guessed, and reads the file as it is written', () => {
    expect(planOf(guess, mappingOf(guess))).toEqual({
      encoding: 'cp1252',
      delimiter: ';',
      header: true,
      targets: ['name', 'email', null],
      kind: 'traveller',
      tags: [],
      policy: 'fill',
    })
  })

  it('names what two columns would become, and lets somebody have two mails', () => {
    expect(doubled({ targets: ['name', 'name', null, null, 'name'] })).toEqual(['name'])
    expect(doubled({ targets: ['email', 'email', 'phone', 'phone', 'name'] })).toEqual([])
  })
})
