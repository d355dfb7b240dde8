// Every text of the client: `t('inbox.empty')`, `t('inbox.unread', { count: 3 })`.
//
// Our own forty lines in place of a library: keys are checked by the type checker against the JSON
// files, plurals are the browser's (Intl.PluralRules), and only the reader's language is loaded.

import { flat } from './catalogue'
import type en from './en'
import { loadServer } from './server'

export { said } from './server'

export const LANGUAGES = ['en', 'es'] as const
export type Language = (typeof LANGUAGES)[number]
export type Catalogue = typeof en

type Plural = 'zero' | 'one' | 'two' | 'few' | 'many' | 'other'
type Bare<K extends string> = K extends `${infer B}_${Plural}` ? B : K
type Keys<T> = {
  [K in keyof T & string]: T[K] extends string ? Bare<K> : `${K}.${Keys<T[K]>}`
}[keyof T & string]

/** The name of a text: its file, then the way to it. */
export type TextKey = Keys<Catalogue>
export type TextValues = Record<string, string | number>

const STORED = 'fairlead.language'
const loaders: Record<Language, () => Promise<{ default: Catalogue }>> = {
  en: () => import('./en'),
  es: () => import('./es'),
}

let current: Language = 'en'
let texts = new Map<string, string>()
let plurals = new Intl.PluralRules('en')
const listeners = new Set<() => void>()

/** The language that texts, dates and numbers are in. */
export function language(): Language {
  return current
}

/**
 * How dates and numbers are written: as in the reader's own region. Plain English puts the day before
 * the month, as on the pages of guests (fairlead/dates.py).
 */
export function locale(): string {
  const own = navigator.languages.find((each) => each.startsWith(`${current}-`))
  return own ?? (current === 'en' ? 'en-GB' : current)
}

/** The reader's choice, else the browser's language where we have it, else English. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages]
  return wanted.map((each) => each?.slice(0, 2)).find(isLanguage) ?? 'en'
}

/** Loads a language and shows it everywhere. */
export async function loadLanguage(chosen: Language): Promise<void> {
  const [{ default: catalogue }] = await Promise.all([loaders[chosen](), loadServer(chosen)])
  show(chosen, catalogue)
}

/** As `loadLanguage`, and for the next time too. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  localStorage.setItem(STORED, chosen)
  await loadLanguage(chosen)
}

/** Shows texts that are loaded already. */
export function show(chosen: Language, catalogue: Catalogue): void {
  current = chosen
  texts = flat(catalogue)
  plurals = new Intl.PluralRules(chosen)
  document.documentElement.lang = chosen
  listeners.forEach((tell) => tell())
}

/** For useSyncExternalStore. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The text, its `{places}` filled; with a `count` in the plural form that the language wants. */
export function t(key: TextKey, values: TextValues = {}): string {
  const { count } = values
  const found =
    (typeof count === 'number' ? texts.get(`${key}_${plurals.select(count)}`) : undefined) ??
    texts.get(`${key}_other`) ??
    texts.get(key)
  if (found === undefined) return key
  return found.replace(/{(\w+)}/g, (place, name: string) => {
    const value = values[name]
    if (value === undefined) return place
    return typeof value === 'number' ? value.toLocaleString(current) : value
  })
}

/** The text that an enum's value has, as `tv('inbox.state', 'answered')`; the value where none. */
export function tv(prefix: string, value: string): string {
  return texts.get(`${prefix}.${value}`) ?? value.replaceAll('_', ' ')
}

function isLanguage(given: string | undefined): given is Language {
  return LANGUAGES.includes(given as Language)
}
