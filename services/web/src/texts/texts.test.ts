import { describe, expect, it } from 'vitest'

import { flat, show, t, type TextKey, tv } from '.'
import en from './en'
import es from './es'

const english = flat(en)
const spanish = flat(es)
const forms = (language: string) => new Intl.PluralRules(language).resolvedOptions().pluralCategories
const bare = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '')
const places = (text: string | undefined) => [...(text ?? '').matchAll(/{(\w+)}/g)].map((each) => each[1]).sort()

describe('the languages', () => {
  it('have the same texts', () => {
    expect(new Set([...spanish.keys()].map(bare))).toEqual(new Set([...english.keys()].map(bare)))
  })

  it.each([...english.keys()].filter((key) => key.endsWith('_other')))('have every plural of %s', (key) => {
    for (const [language, texts] of [['en', english], ['es', spanish]] as const) {
      for (const form of forms(language)) {
        if (form !== 'many') expect(texts.has(`${bare(key)}_${form}`), `${language} ${form}`).toBe(true)
      }
    }
  })

  it.each([...english.keys()])('have the same places in %s', (key) => {
    const other = spanish.get(key) ?? spanish.get(`${bare(key)}_other`)
    expect(places(other)).toEqual(places(english.get(key)))
  })

  it.each([...english, ...spanish])('say something at %s', (_, text) => {
    expect(text.trim()).not.toBe('')
  })
})

describe('t', () => {
  const some = (texts: object) => show('en', texts as typeof en)

  it('fills the places, and leaves those that nobody fills', () => {
    some({ a: { hello: 'Hello {name}, {other}' } })
    expect(t('a.hello' as TextKey, { name: 'Ana' })).toBe('Hello Ana, {other}')
  })

  it('takes the plural of the count, and writes it as the language does', () => {
    some({ a: { found_one: '{count} person', found_other: '{count} people' } })
    expect(t('a.found' as TextKey, { count: 1 })).toBe('1 person')
    expect(t('a.found' as TextKey, { count: 12345 })).toBe('12,345 people')
  })

  it('takes the other form where the language has one that nobody wrote', () => {
    show('es', { a: { found_one: 'una', found_other: '{count} personas' } } as unknown as typeof es)
    expect(t('a.found' as TextKey, { count: 1_000_000 })).toBe('1.000.000 personas')
  })

  it('says the key where there is no text, and a value in words', () => {
    some({ a: { kind: { duty_message: 'Duty message' } } })
    expect(t('a.nothing' as TextKey)).toBe('a.nothing')
    expect(tv('a.kind', 'duty_message')).toBe('Duty message')
    expect(tv('a.kind', 'purchase_order')).toBe('purchase order')
  })
})
