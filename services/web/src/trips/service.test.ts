import { expect, it } from 'vitest'

import type { Service } from '@/api'

import { hourOf, hours, zoneOf } from './service'

// Of Casablanca's winter browsers know other rules than servers, as either is older.
const drive: Service = {
  id: 's',
  itinerary_id: 't',
  starts_at: '2027-01-10T13:35:00Z',
  version: 1,
  details: { kind: 'transfer', name: 'Drive', date: '2027-01-10', zone: 'Africa/Casablanca', time: '14:35:00', duration: 45 },
}
const at = (starts_at: string, zone: string): Service => ({ ...drive, starts_at, details: { ...drive.details, zone } })

it('is told by the clocks that somebody wrote, whatever rules the browser has for them', () => {
  expect([hours(drive), hourOf(drive), zoneOf(drive)]).toEqual(['14:35–15:20', 14, 'Casablanca (GMT+1)'])
  const other = at('2027-01-10T14:35:00Z', 'Africa/Casablanca')
  expect([hours(other), zoneOf(other)]).toEqual(['14:35–15:20', 'Casablanca (GMT)'])
})

it('names clocks that are behind, or half an hour off', () => {
  expect(zoneOf(at('2027-01-10T19:35:00Z', 'America/New_York'))).toBe('New York (GMT-5)')
  expect(zoneOf(at('2027-01-10T09:05:00Z', 'Asia/Kolkata'))).toBe('Kolkata (GMT+5:30)')
})
