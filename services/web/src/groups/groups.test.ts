import { beforeAll, describe, expect, it } from 'vitest'

import type { Participant } from '@/api'
import { show } from '@/texts'
import en from '@/texts/en'
import { told } from '@/thread/note'

import { againstEach, type Chosen, inOrder, isInside, numberOf, ofContact, ofNumber, proposed, recipientOf, typedNumber, withOne, without } from './chosen'

const identity = (scheme: 'email' | 'phone' | 'whatsapp', value: string) => ({ id: value, scheme, value, display: value })
const ana = { id: 'ana', name: 'Ana', identities: [identity('email', 'ana@guest.test'), identity('phone', '+351910000001')] }

function participant(name: string, standing: Participant['standing'], more: Partial<Participant> = {}): Participant {
  return { name, standing, contact_id: name, address: `351${name}`, reason: null, admin: false, at: '2026-11-30T10:00:00Z', ...more }
}

describe('who is to be put into a group', () => {
  it('is a number where somebody typed one, with its country code', () => {
    expect(typedNumber('+351 912 345 678')).toBe('+351912345678')
    expect(typedNumber('00351 (912) 345-678')).toBe('+351912345678')
    expect(typedNumber('351912345678')).toBe('+351912345678')
    expect(typedNumber('Ana 351912345678')).toBeUndefined()
    expect(typedNumber('12345')).toBeUndefined()
    expect(typedNumber('0912345678')).toBeUndefined()
  })

  it('is reached by the account, else by the phone, and not by mail', () => {
    expect(numberOf(ana)).toBe('+351910000001')
    expect(numberOf({ identities: [...ana.identities, identity('whatsapp', '351910000009')] })).toBe('351910000009')
    expect(numberOf({ identities: [identity('email', 'a@b.test')] })).toBe('')
  })

  it('is chosen once, and taken off again', () => {
    const chosen = withOne(withOne([], ofContact(ana)), ofContact(ana))
    expect(chosen.map((each) => each.recipient)).toEqual([{ contact_id: 'ana' }])
    const both = withOne(chosen, ofNumber('+351912345678'))
    expect(both[1]?.recipient).toEqual({ address: '+351912345678' })
    expect(without(both, 'ana').map((each) => each.key)).toEqual(['+351912345678'])
  })

  it('is proposed once, the lead guest first', () => {
    const guests = [{ name: 'Rui', contact_id: 'rui' }, { name: 'Ana', contact_id: 'ana', lead: true }, { name: 'Rui', contact_id: 'rui' }]
    expect(proposed(guests).map((each) => each.name)).toEqual(['Ana', 'Rui'])
  })

  it('has what the API says against them at their own lines', () => {
    const sent: Chosen[] = [ofContact(ana), ofNumber('+351912345678')]
    const errors = [
      { field: 'participants[1].address', reason: 'is no WhatsApp account' },
      { field: 'participants[7]', reason: 'nobody' },
      { field: 'subject', reason: 'give the group a name' },
    ]
    expect(againstEach(errors, sent)).toEqual({ '+351912345678': 'is no WhatsApp account' })
  })
})

describe('who is in a group', () => {
  it('comes before who is awaited, and who is not in it', () => {
    const all = [participant('Zoe', 'left'), participant('Rui', 'invited'), participant('Bea', 'added'), participant('Ana', 'added'), participant('Eva', 'added', { admin: true })]
    expect(inOrder(all).map((each) => each.name)).toEqual(['Eva', 'Ana', 'Bea', 'Rui', 'Zoe'])
  })

  it('can be taken out, also where nobody knows', () => {
    expect((['added', 'unknown', 'asked', 'invited', 'left'] as const).map((standing) => isInside({ standing }))).toEqual([true, true, false, false, false])
  })

  it('is named by contact, or by address where none is known', () => {
    expect(recipientOf(participant('Ana', 'added'))).toEqual({ contact_id: 'Ana' })
    expect(recipientOf(participant('Ana', 'added', { contact_id: null }))).toEqual({ address: '351Ana' })
  })
})

describe('what happened in a group', () => {
  beforeAll(() => show('en', en))

  it('is told in a sentence, with the reason behind it', () => {
    expect(told({ kind: 'made', names: ['Lea'], reason: 'Family Grant' })).toBe('The group “Family Grant” was made by Lea')
    expect(told({ kind: 'made', names: [], reason: 'Family Grant' })).toBe('The group “Family Grant” was made')
    expect(told({ kind: 'added', names: ['Ana'] })).toBe('Ana was added')
    expect(told({ kind: 'refused', names: ['Ana', 'Rui', 'Zoe'], reason: 'not on WhatsApp' })).toBe('Ana, Rui, and Zoe could not be added: not on WhatsApp')
    expect(told({ kind: 'renamed', reason: 'Grants' })).toBe('The group is called “Grants” now')
    expect(told({ kind: 'closed', reason: null })).toBe('We are not in the group any more')
  })
})
