import { describe, expect, it } from 'vitest'

import type { Conversation, MessageView } from '@/api'

import { suggestions } from './later'
import { asDraft, asked, asWriting, blank, inserted, isEmpty, joined, mentioned, reaches } from './writing'

const conversation: Conversation = {
  id: 'c', channel: 'email', connection_id: 'ours', contact_id: 'ana', contact_name: 'Ana', address: 'ana@guest.test',
  subject: 'Arrival', preview: '', last_direction: 'in', last_status: null, last_at: '', unread: 0, archived: false,
  itinerary_ids: [], version: 1,
}
const message = (id: string, direction: 'in' | 'out') => ({ id, direction }) as MessageView

describe('a draft', () => {
  const writing = { ...blank(conversation), text: 'Hello' }

  it('to a group names the group, and nobody of it', () => {
    const group: Conversation = { ...conversation, channel: 'whatsapp', contact_id: null, kind: 'group', group_id: 'g' }
    const draft = asDraft({ ...blank(group), text: 'We meet at nine', answers: message('m', 'in') }, { conversation: group })
    expect([draft.group_id, draft.to, draft.in_reply_to]).toEqual(['g', undefined, 'm'])
  })

  it('of a mail answers the last one of the guest, to whom she wants it sent', () => {
    const draft = asDraft(writing, { conversation, lastIn: message('in', 'in'), lastSeen: message('last', 'out') })
    expect(draft).toMatchObject({ channel: 'email', connection_id: 'ours', in_reply_to: 'in', seen_message_id: 'last' })
    expect(draft.to).toBeUndefined()
  })

  it('goes to the address of the conversation where nothing came in', () => {
    expect(asDraft(writing, { conversation }).to).toEqual([{ contact_id: 'ana', address: 'ana@guest.test', name: 'Ana' }])
  })

  it('of a chat quotes only what is answered by name', () => {
    const chat: Conversation = { ...conversation, channel: 'whatsapp', address: '351912345678' }
    const words = { ...blank(chat), text: 'Hello' }
    const lastIn = message('in', 'in')
    expect(asDraft(words, { conversation: chat, lastIn }).in_reply_to).toBeUndefined()
    const quoting = asDraft({ ...words, answers: lastIn }, { conversation: chat, lastIn })
    expect(quoting).toMatchObject({ in_reply_to: 'in', to: [{ contact_id: 'ana', address: '351912345678' }] })
  })

  it('on another channel goes to the person, and quotes nothing of this one', () => {
    const other = asDraft({ ...writing, channel: 'sms', connection: undefined }, { conversation, lastIn: message('in', 'in'), lastSeen: message('in', 'in') })
    expect(other).toEqual({ channel: 'sms', to: [{ contact_id: 'ana' }], text: 'Hello', attachments: [] })
  })

  it('with an approved template says nothing else', () => {
    const approved = { name: 'welcome', language: 'en', parameters: ['Ana'] }
    const draft = asDraft({ ...writing, approved }, { conversation })
    expect(draft.approved_template).toEqual(approved)
    expect(draft.text).toBeUndefined()
    expect(draft.attachments).toBeUndefined()
  })

  it('hands on a place and cards, and comes back with them', () => {
    const place = { latitude: 38.7, longitude: -9.1, name: 'Pier 3', address: '' }
    const cards = [{ name: 'Rita', phones: ['+351912000001'] }]
    const handing = { ...blank(conversation), place, cards }
    expect(isEmpty(handing)).toBe(false)
    const draft = asDraft(handing, { conversation })
    expect(draft).toMatchObject({ place, cards })
    expect(asWriting(draft, [], conversation)).toMatchObject({ place, cards })
    expect(joined(handing, { ...handing, text: 'Here' })).toMatchObject({ place, cards, text: 'Here' })
    expect(asDraft(writing, { conversation })).not.toHaveProperty('place')
  })

  it('comes back as it was written', () => {
    const draft = asDraft({ ...writing, subject: 'Keys', cc: ['lea@us.test'], bcc: ['books@us.test'] }, { conversation })
    expect(asWriting(draft, [], conversation)).toMatchObject({ text: 'Hello', subject: 'Keys', cc: ['lea@us.test'], bcc: ['books@us.test'], connection: 'ours' })
  })

  it('is empty without words, subject and files', () => {
    expect(isEmpty({ ...writing, text: '  \n' })).toBe(true)
    expect(isEmpty(writing)).toBe(false)
  })
})

describe('what is asked for while one writes', () => {
  it.each([
    ['/', { sign: '/', from: 0, words: '' }],
    ['/arr', { sign: '/', from: 0, words: 'arr' }],
    ['Dear Ana,\n/wel come', { sign: '/', from: 10, words: 'wel come' }],
    ['ask @Lé', { sign: '@', from: 4, words: 'Lé' }],
    ['and/or', undefined],
    ['a@b', undefined],
    ['https://x', undefined],
  ] as const)('%j', (text, expected) => {
    expect(asked(text, text.length)).toEqual(expected)
  })
})

describe('whom a channel reaches', () => {
  const identity = { id: 'i', scheme: 'phone' as const, value: '+351912345678', display: '912 345 678' }
  const contact = (...identities: object[]) => ({ identities }) as unknown as Parameters<typeof reaches>[2]

  it('who has an address of it that works', () => {
    expect(reaches('email', conversation, undefined)).toBe(true)
    expect(reaches('sms', conversation, contact(identity))).toBe(true)
    expect(reaches('whatsapp', conversation, contact(identity))).toBe(true)
    expect(reaches('sms', conversation, contact({ ...identity, reachability: 'failed' }))).toBe(false)
    expect(reaches('sms', conversation, contact())).toBe(false)
  })
})

describe('later', () => {
  it('is tomorrow, and the next Monday where that is another day', () => {
    const local = (date: string) => ({ local: { date, time: '09:00:00', zone: 'Europe/Lisbon' } })
    const at = (moment: string) => suggestions(new Date(moment), 'Europe/Lisbon').map((each) => each.at)
    expect(at('2026-12-01T10:00:00Z')).toEqual([local('2026-12-02'), local('2026-12-07')]) // a Tuesday
    expect(at('2026-12-06T10:00:00Z')).toEqual([local('2026-12-07')]) // a Sunday
    expect(at('2026-12-07T10:00:00Z')).toEqual([local('2026-12-08'), local('2026-12-14')]) // a Monday
  })
})

describe('what is written', () => {
  it('keeps all of two that were written apart, and what is the same once', () => {
    const one = { ...blank(conversation), text: 'The first', cc: ['lea@us.test'] }
    const other = { ...blank(conversation), text: 'The second', subject: 'Keys' }
    expect(joined(one, other)).toMatchObject({ text: 'The first\n\nThe second', subject: 'Keys', cc: ['lea@us.test'] })
    expect(joined(one, one).text).toBe('The first')
    expect(joined(blank(conversation), other)).toBe(other)
  })

  it('may go on while a template is filled', () => {
    expect(inserted('Hi /wel and more', 'Hi /wel', 3, 7, 'Welcome!')).toBe('Hi Welcome! and more')
    expect(inserted('Something else', 'Hi /wel', 3, 7, 'Welcome!')).toBe('Something else\nWelcome!')
  })
})

describe('a comment', () => {
  const users = [{ id: '1', name: 'Ann' }, { id: '2', name: 'Anna' }, { id: '3', name: 'Ann Lee' }, { id: '4', name: 'J. (Jo)' }]

  it('names those alone whose name stands there in full', () => {
    expect(mentioned('@Anna and @Ann Lee, please', users)).toEqual(['2', '3'])
    expect(mentioned('@Ann: look. @J. (Jo)', users)).toEqual(['1', '4'])
    expect(mentioned('@Annalena', users)).toEqual([])
  })
})
