import { describe, expect, it } from 'vitest'

import type { ConciergeService } from '@/api'

import { gridOf } from './grid'

function service(id: string, starts_at: string, zone: string, time: string | null): ConciergeService {
  return {
    reference: id,
    title: id,
    itinerary_state: 'confirmed',
    service: {
      id,
      itinerary_id: id,
      starts_at,
      version: 1,
      details: { kind: 'tour', name: id, date: '2026-12-03', zone, time },
    },
  }
}

const EARLY = service('early', '2026-12-03T08:15:00Z', 'Europe/Lisbon', '08:15:00')
const LATE = service('late', '2026-12-03T09:50:00Z', 'Europe/Madrid', '10:50:00')
const WHOLE = service('whole', '2026-12-03T00:00:00Z', 'Europe/Lisbon', null)

describe('the calendar', () => {
  it('has a row for each hour from the first to the last, on the clocks of the place', () => {
    const grid = gridOf(['2026-12-03'], [{ date: '2026-12-03', services: [EARLY, LATE] }])
    expect(grid.hours).toEqual([8, 9, 10])
    expect(grid.columns[0]?.cells.map((cell) => [cell.row, cell.services[0]?.reference])).toEqual([[1, 'early'], [3, 'late']])
  })

  it('puts what takes the whole day before them', () => {
    const grid = gridOf(['2026-12-03'], [{ date: '2026-12-03', services: [EARLY, WHOLE] }])
    expect([grid.hasWholeDays, grid.columns[0]?.cells[0]?.row]).toEqual([true, 0])
  })

  it('shows days on which there is nothing', () => {
    const grid = gridOf(['2026-12-02', '2026-12-03'], [{ date: '2026-12-03', services: [WHOLE] }])
    expect(grid.columns.map((each) => each.count)).toEqual([0, 1])
    expect(grid.hours).toEqual([])
  })
})
