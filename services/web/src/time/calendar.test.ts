import dayjs from 'dayjs'
import { afterEach, expect, it } from 'vitest'

import { show } from '@/texts'
import en from '@/texts/en'
import es from '@/texts/es'

import { calendar, firstDayOf } from './calendar'

afterEach(() => show('en', en))

it('writes the days of a calendar in the language that was chosen', () => {
  const written = () => dayjs('2026-12-03').locale(calendar().locale).format('ddd D MMM, MMMM')
  expect(written()).toBe('Thu 3 Dec, December')
  show('es', es)
  expect(written()).toBe('jue. 3 dic, diciembre')
})

it('begins a week as they do where the language is from', () => {
  expect(['en-GB', 'es', 'en-US'].map(firstDayOf)).toEqual([1, 1, 0])
})
