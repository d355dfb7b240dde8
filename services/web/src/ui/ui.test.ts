import { describe, expect, it } from 'vitest'

import { Offline, Problem } from '@/api'

import { blame, merge } from './form'
import { fits, setLetters } from './keys'
import { cut } from './marked'
import { wording } from './wording'

const problem = (errors: { field: string; reason: string }[], status = 422) =>
  new Problem({ status, code: 'x.invalid', detail: 'Something is wrong', errors })

describe('what the API has against a form', () => {
  const values = { name: '', details: { label: '' } }
  const same = (field: string) => field

  it('stands at the fields, and the rest above', () => {
    const error = problem([
      { field: 'details.label', reason: 'is too long' },
      { field: 'version', reason: 'is missing' },
    ])
    expect(blame(error, values, same)).toEqual({ fields: { 'details.label': 'is too long' }, rest: 'version: is missing' })
  })

  it('is found under the name that the form has for it', () => {
    const error = problem([{ field: 'body.name', reason: 'is empty' }])
    expect(blame(error, values, (field) => field.replace('body.', ''))).toEqual({ fields: { name: 'is empty' }, rest: undefined })
  })

  it('is said as a whole where no field is named', () => {
    expect(blame(problem([]), values, same)).toEqual({ fields: {}, rest: 'Something is wrong' })
  })
})

describe('what two people changed at once', () => {
  const before = { name: 'Tour', place: 'Lisbon', pax: 2, tags: ['a'] }

  it('keeps what either wrote where the other wrote nothing', () => {
    const { values, clashes } = merge(before, { ...before, name: 'Walk' }, { ...before, pax: 4 })
    expect(values).toEqual({ ...before, name: 'Walk', pax: 4 })
    expect(clashes).toEqual({})
  })

  it('keeps mine where both wrote, and says what the other wrote', () => {
    const { values, clashes } = merge(before, { ...before, name: 'Walk', place: 'Porto' }, { ...before, name: 'Drive', place: 'Porto' })
    expect(values).toEqual({ ...before, name: 'Walk', place: 'Porto' })
    expect(clashes).toEqual({ name: 'Drive' })
  })
})

describe('the wording of a failure', () => {
  it('names the fields', () => expect(wording(problem([{ field: 'text', reason: 'is empty' }]))).toBe('text: is empty'))
  it('asks to load anew what somebody changed', () => expect(wording(problem([], 412))).toMatch(/Load it anew/))
  it('says that the server is away', () => expect(wording(new Offline())).toMatch(/cannot be reached/))
  it('keeps what only a programmer understands to itself', () => expect(wording(new TypeError('x is not a function'))).not.toMatch(/function/))
})

describe('a key', () => {
  const press = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key, ...more })

  it('is itself, whatever the layout needs Shift for', () => {
    expect(fits({ key: 'j' }, press('j'))).toBe(true)
    expect(fits({ key: '?' }, press('?', { shiftKey: true }))).toBe(true)
    expect(fits({ key: 'j' }, press('k'))).toBe(false)
  })

  it('is another one with Ctrl', () => {
    expect(fits({ key: 'j' }, press('j', { ctrlKey: true }))).toBe(false)
    expect(fits({ key: 'mod+Enter' }, press('Enter', { metaKey: true }))).toBe(true)
    expect(fits({ key: 'Enter' }, press('Enter', { shiftKey: true }))).toBe(false)
  })

  it('is none for who switched letters off', () => {
    setLetters(false)
    expect(fits({ key: 'j' }, press('j'))).toBe(false)
    expect(fits({ key: 'mod+k' }, press('k', { ctrlKey: true }))).toBe(true)
  })

  it('is the radios\' own where it moves among them', () => {
    const radio = document.createElement('input')
    radio.type = 'radio'
    document.body.append(radio)
    const heard: boolean[] = []
    radio.addEventListener('keydown', (event) => heard.push(fits({ key: 'ArrowLeft' }, event), fits({ key: 'j' }, event)))
    radio.dispatchEvent(press('ArrowLeft', { bubbles: true }))
    radio.dispatchEvent(press('j', { bubbles: true }))
    expect(heard).toEqual([false, false, false, true])
  })

  it('is a letter where somebody types', () => {
    const field = document.createElement('textarea')
    document.body.append(field)
    const heard: boolean[] = []
    field.addEventListener('keydown', (event) => heard.push(fits({ key: 'j' }, event), fits({ key: 'j', typing: true }, event)))
    field.dispatchEvent(press('j', { bubbles: true }))
    expect(heard).toEqual([false, true])
  })
})

describe('an excerpt', () => {
  it('is cut at its marks, which count code points', () => {
    expect(cut({ field: 'text', text: '🎉 see Ana here', marks: [[6, 9]] })).toEqual([
      { text: '🎉 see ', marked: false },
      { text: 'Ana', marked: true },
      { text: ' here', marked: false },
    ])
  })

  it('is whole where nothing is marked', () => {
    expect(cut({ field: 'text', text: 'hello' })).toEqual([{ text: 'hello', marked: false }])
  })
})
