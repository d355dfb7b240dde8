// The services of some days as a calendar: a row for each hour, a column for each day.

import type { ConciergeService } from '@/api'
import { hourOf } from '@/trips/service'

export interface Cell {
  /** Of the grid: 0 for what takes the whole day, else an hour's. */
  row: number
  services: ConciergeService[]
}

export interface Column {
  date: string
  cells: Cell[]
  count: number
}

export interface Grid {
  /** The hours from the first to the last in which anything begins. */
  hours: number[]
  hasWholeDays: boolean
  columns: Column[]
}

/** Each day of `dates` with its services by the hour, on the clocks of each service's place. */
export function gridOf(dates: readonly string[], days: readonly { date: string; services: readonly ConciergeService[] }[]): Grid {
  const all = days.flatMap((each) => each.services)
  const begun = all.map((each) => hourOf(each.service)).filter((hour) => hour !== undefined)
  const first = Math.min(...begun)
  const hours = begun.length === 0 ? [] : Array.from({ length: Math.max(...begun) - first + 1 }, (_, index) => first + index)
  const columns = dates.map((date) => {
    const services = days.find((each) => each.date === date)?.services ?? []
    const cells = new Map<number, ConciergeService[]>()
    for (const each of services) {
      const hour = hourOf(each.service)
      const row = hour === undefined ? 0 : hour - first + 1
      cells.set(row, [...(cells.get(row) ?? []), each])
    }
    return {
      date,
      count: services.length,
      cells: [...cells].sort(([a], [b]) => a - b).map(([row, inside]) => ({ row, services: inside })),
    }
  })
  return { hours, hasWholeDays: begun.length < all.length, columns }
}
