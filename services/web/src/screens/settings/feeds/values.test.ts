import { expect, it } from 'vitest'

import { countsOf, isDue, namesOf } from './values'

const NOW = Date.parse('2026-12-01T10:00:00Z')

it('tells what is being fetched from what rests', () => {
  expect(isDue({ active: true, next_at: '2026-12-01T09:59:59Z' }, NOW)).toBe(true)
  expect(isDue({ active: true, next_at: '2026-12-01T11:00:00Z' }, NOW)).toBe(false)
  expect(isDue({ active: false, next_at: '2026-12-01T09:59:59Z' }, NOW)).toBe(false)
  expect(isDue({ active: true, next_at: null }, NOW)).toBe(false)
})

it('names portals of one name once, and none that is archived', () => {
  const portal = (name: string, archived = false) => ({ name, archived })
  expect(namesOf([portal('Sea'), portal('Sea'), portal('Old', true), portal('Hill')])).toEqual(['Sea', 'Hill'])
})

it('names what a calendar had, and that it had nothing', () => {
  expect(countsOf({ created: 2, updated: 0, blocks: 1 })).toBe('2 new, 1 blocked')
  expect(countsOf({})).toBe('no entries')
})
