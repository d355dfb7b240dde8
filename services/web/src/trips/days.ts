import type { Service } from '@/api'

/** Services by their own day, both in the order of time. */
export function byDay(services: readonly Service[]): [string, Service[]][] {
  const found = new Map<string, Service[]>()
  for (const each of services) {
    const day = found.get(each.details.date) ?? []
    day.push(each)
    found.set(each.details.date, day)
  }
  return [...found].sort(([a], [b]) => a.localeCompare(b))
}

/** How many nights lie between two days. */
export function nights(start: string, end: string): number {
  return Math.round((Date.parse(end) - Date.parse(start)) / 86_400_000)
}

/** The day that lies `days` after another: 2026-12-03. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** The Monday of a day's week. */
export function mondayOf(date: string): string {
  return addDays(date, -((new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7))
}
