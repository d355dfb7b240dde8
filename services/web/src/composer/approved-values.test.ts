import { describe, expect, it } from 'vitest'

import type { NetworkTemplate } from '@/api'

import { asked, filled, isWhole, places, said } from './approved-values'

const template = {
  name: 'pickup', language: 'en', heading: 'Trip {{1}}', body: 'Hello {{guest}}, {{car}} comes. Bye {{ guest }}', footer: 'Atlas',
  buttons: ['Call us', 'https://atlas.example/t/{{1}}'],
} as NetworkTemplate

describe('a template that the network approved', () => {
  it('asks for each of its places once, by number or name, in its buttons too', () => {
    expect(places(template.body)).toEqual(['guest', 'car'])
    expect(asked(template)).toEqual({ heading: [''], parameters: ['', ''], buttons: ['', ''] })
  })

  it('is whole once all that has a place has a value', () => {
    const given = { heading: ['7'], parameters: ['Ana', 'a taxi'], buttons: ['', ' '] }
    expect(isWhole(template, given)).toBe(false)
    const whole = { ...given, buttons: ['', ' abc '] }
    expect(isWhole(template, whole)).toBe(true)
    expect(filled(template, whole)).toEqual({ name: 'pickup', language: 'en', heading: ['7'], parameters: ['Ana', 'a taxi'], buttons: ['', 'abc'] })
    expect(said(template, { ...whole, heading: [''] })).toBe('Trip {{1}}\nHello Ana, a taxi comes. Bye Ana\nAtlas\nCall us\nhttps://atlas.example/t/ abc ')
  })

  it('has no values of buttons where none has a place', () => {
    expect(filled({ ...template, buttons: ['Yes', 'No'] }, { heading: ['7'], parameters: ['a', 'b'], buttons: ['', ''] }).buttons).toEqual([])
  })
})
