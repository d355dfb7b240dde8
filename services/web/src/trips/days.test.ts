import { expect, it } from 'vitest'

import { addDays, mondayOf, nights } from './days'

it('begins weeks on Monday', () => {
  expect(['2026-11-30', '2026-12-02', '2026-12-06', '2026-12-07'].map(mondayOf)).toEqual([
    '2026-11-30', '2026-11-30', '2026-11-30', '2026-12-07',
  ])
})

it('counts days over months, years and changes of the clock', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  expect(addDays('2026-03-28', 2)).toBe('2026-03-30')
  expect(nights('2026-10-24', '2026-10-26')).toBe(2)
})
