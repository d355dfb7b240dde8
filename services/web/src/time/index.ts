// All dates and times of the client. Two rules (docs/web.md): a message is told in the reader's
// zone, a service in its own; and where somebody could err, the zone is named.

import { locale } from '@/texts'

let reader = Intl.DateTimeFormat().resolvedOptions().timeZone

/** The reader's zone: the user's own, else the organisation's. Set when somebody signs in. */
export function readerZone(): string {
  return reader
}

/** Sets the reader's zone; an unknown one leaves the browser's. */
export function setReaderZone(zone: string | null | undefined): void {
  if (zone && isZone(zone)) reader = zone
}

type Given = string | Date

const formats = new Map<string, Intl.DateTimeFormat>()

// Kept: to make one takes a hundred times as long as to use it, and a list has hundreds of moments.
function formatOf(zone: string, options: Intl.DateTimeFormatOptions, language = locale()): Intl.DateTimeFormat {
  const key = JSON.stringify([language, zone, options])
  let made = formats.get(key)
  if (made === undefined) {
    made = new Intl.DateTimeFormat(language, { timeZone: zone, ...options })
    formats.set(key, made)
  }
  return made
}

function format(at: Given, zone: string, options: Intl.DateTimeFormatOptions): string {
  return formatOf(zone, options).format(new Date(at))
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const DAY = { day: 'numeric', month: 'short' } as const

/** 14:05 */
export function clock(at: Given, zone = reader): string {
  return format(at, zone, CLOCK)
}

/** Tue 3 Dec, with the year where it is not this one. */
export function day(at: Given, zone = reader): string {
  const year = yearOf(at, zone) === yearOf(new Date(), zone) ? {} : { year: 'numeric' as const }
  return format(at, zone, { weekday: 'short', ...DAY, ...year })
}

/** Tuesday, 3 December 2026 at 14:05 Lisbon time (GMT): nothing is left to guess. */
export function whole(at: Given, zone = reader): string {
  const date = format(at, zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  return `${date}, ${clock(at, zone)} ${zoneName(at, zone)}`
}

/** As a list shows it: the clock today, the day else. */
export function short(at: Given, zone = reader): string {
  if (dateIn(at, zone) === dateIn(new Date(), zone)) return clock(at, zone)
  const year = yearOf(at, zone) === yearOf(new Date(), zone) ? {} : { year: '2-digit' as const }
  return format(at, zone, { ...DAY, ...year })
}

const QUARTER = 15 * 60_000 // ms: in no zone of our days does a day begin within one
const MOST_DATES = 20_000
const dates = new Map<string, string>()

/** 2026-12-03, the day that it is at `at` in `zone`. */
export function dateIn(at: Given, zone = reader): string {
  const moment = new Date(at)
  const key = `${zone} ${Math.floor(moment.getTime() / QUARTER)}`
  let found = dates.get(key)
  if (found === undefined) {
    found = formatOf(zone, { dateStyle: 'short' }, 'en-CA').format(moment)
    if (dates.size >= MOST_DATES) dates.clear()
    dates.set(key, found)
  }
  return found
}

/**
 * The moment at which the clock of `zone` shows `local`, as `2026-12-03 09:00:00`. One that it skips
 * moves forward, and of one that comes twice it is one of them.
 */
export function momentOf(local: string, zone = reader): Date {
  const wanted = Date.parse(`${local.replace(' ', 'T')}Z`)
  const offset = (at: number) => shownAt(at, zone) - at
  const guess = wanted - offset(wanted)
  // The clocks may be changed between the guess and the moment.
  const moment = wanted - offset(guess)
  return new Date(shownAt(moment, zone) === wanted ? moment : Math.max(guess, moment))
}

/** What the clock of `zone` shows at a moment, as if it were that of UTC. */
function shownAt(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' }).formatToParts(at)
  const of = (type: string) => Number(parts.find((each) => each.type === type)?.value)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
}

/** A day that has no zone, as an arrival: 2026-12-03 is Thu 3 Dec everywhere. */
export function plainDay(date: string): string {
  return day(`${date}T12:00:00Z`, 'UTC')
}

/** 3–7 Dec 2026, of two days without a zone. */
export function plainRange(start: string, end: string): string {
  const form = new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', ...DAY, year: 'numeric' })
  return form.formatRange(new Date(`${start}T12:00:00Z`), new Date(`${end}T12:00:00Z`))
}

/** Lisbon, of Europe/Lisbon. */
export function city(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')
}

/** Lisbon (GMT+1): what a zone is called, and how far it is from UTC then. */
export function zoneName(at: Given, zone = reader): string {
  const parts = formatOf(zone, { timeZoneName: 'shortOffset' }).formatToParts(new Date(at))
  const offset = parts.find((each) => each.type === 'timeZoneName')?.value ?? ''
  return zone === 'UTC' ? 'UTC' : `${city(zone)} (${offset})`
}

/** Whether the clock shows the same in both zones at `at`. */
export function isSameClock(at: Given, zone: string, other = reader): boolean {
  return zone === other || format(at, zone, { ...CLOCK, ...DAY }) === format(at, other, { ...CLOCK, ...DAY })
}

/** 3 min ago, in 2 days. */
export function ago(at: Given, now = new Date()): string {
  const seconds = (new Date(at).getTime() - now.getTime()) / 1000
  const form = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: 'short' })
  const steps = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const
  const [unit, size] = steps.find((step) => Math.abs(seconds) >= step[1]) ?? (['second', 1] as const)
  return form.format(Math.round(seconds / size), unit)
}

/** €1,234.50, of minor units (cents) and an ISO 4217 code. */
export function money(amount: number, currency: string): string {
  const form = new Intl.NumberFormat(locale(), { style: 'currency', currency })
  return form.format(amount / 10 ** (form.resolvedOptions().maximumFractionDigits ?? 2))
}

function yearOf(at: Given, zone: string): string {
  return dateIn(at, zone).slice(0, 4)
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
