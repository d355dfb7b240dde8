// How calendars are written. Their components speak through dayjs, whose words of a language are loaded
// with our own (texts/es.ts); English it brings itself.

import { language, locale } from '@/texts'

/** Not every browser knows it, some know it by an older name, and TypeScript by none. */
interface Week {
  getWeekInfo?: () => { firstDay: number }
  weekInfo?: { firstDay: number }
}

type Day = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** For the calendars of every screen: their language, and the day that a week begins with. */
export function calendar(): { locale: string; firstDayOfWeek: Day } {
  return { locale: language(), firstDayOfWeek: firstDayOf(locale()) }
}

/** The day that a week begins with where `tag` is written, Sunday being 0; Monday where nobody says. */
export function firstDayOf(tag: string): Day {
  const region = new Intl.Locale(tag) as Intl.Locale & Week
  return (((region.getWeekInfo?.() ?? region.weekInfo)?.firstDay ?? 1) % 7) as Day
}
