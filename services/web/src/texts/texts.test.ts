import { describe, expect, it } from 'vitest'

import { show, t, type TextKey, tv } from '.'
import { flat } from './catalogue'
import en from './en'
import es from './es'
import { know, said } from './server'
import serverEnglish from './server/en.json'
import serverSpanish from './server/es.json'

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

describe('what the server says', () => {
  const english = flat(serverEnglish)
  const spanish = flat(serverSpanish)

  it('has the same sentences in every language', () => {
    expect([...spanish.keys()]).toEqual([...english.keys()])
  })

  it.each([...english.keys()])('has no place in %s that the English has not', (key) => {
    expect(places(english.get(key))).toEqual(expect.arrayContaining(places(spanish.get(key))))
  })

  it.each([...english])('knows %s again', (_, sentence) => {
    know(serverEnglish, serverSpanish)
    const come = sentence.replace(/{(\w+)}/g, '12')
    expect(said(come)).not.toBe(come)
    expect(said(come)).not.toMatch(/[{}]/)
  })

  it('is said by its code, with what differs', () => {
    know(serverEnglish, serverSpanish)
    const costs = 'This costs 5 credits and 2 are left: 3 are missing'
    expect(said(costs, 'accounts.credits_missing')).toBe('Esto cuesta 5 créditos y quedan 2: faltan 3')
    expect(said('Another sentence', 'contacts.not_found')).toBe('No existe ese contacto')
    expect(said('Another sentence', 'accounts.credits_missing')).toBe('Another sentence')
  })

  it('is said by itself: reasons in reasons, several at once, and begun large or with its full stop', () => {
    know(serverEnglish, serverSpanish)
    expect(said('Trip T-7 was cancelled: its moment is over')).toBe('El viaje T-7 se canceló: su momento ya pasó')
    expect(said('is blank; is of the 7th kind')).toBe('está en blanco; is of the 7th kind')
    expect(said('The mailbox of ana@example.org is full.')).toBe('El buzón de ana@example.org está lleno.')
    expect(said('There is no such file')).toBe('No existe ese archivo')
  })

  it('stays as it came where nobody translated it, and in English', () => {
    know(serverEnglish, serverSpanish)
    expect(said('Something quite new')).toBe('Something quite new')
    know({}, {})
    expect(said('is blank')).toBe('is blank')
  })
})
