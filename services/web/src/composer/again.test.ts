import { expect, it } from 'vitest'

import type { Conversation, Delivery, MessageView } from '@/api'

import { againOf } from './again'

const conversation = { id: 'c', kind: 'person' } as Conversation

function delivery(role: Delivery['role'], address: string, status: Delivery['status']): Delivery {
  return { id: address, role, status, mailbox: { address, name: '' } }
}

const message = {
  id: 'm', channel: 'email', connection_id: 'ours', subject: 'Keys', text: 'At nine', html: '<p>At <b>nine</b></p>',
  attachments: [{ id: 'f' }], itinerary: { itinerary_id: 'trip' }, answers_id: 'asked',
} as MessageView

it('another try goes to those alone whom the first did not reach, as it was', () => {
  const deliveries = [
    delivery('to', 'ana@guest.test', 'failed'),
    delivery('to', 'leo@guest.test', 'delivered'),
    delivery('cc', 'lea@us.test', 'failed'),
    delivery('cc', 'max@us.test', 'sent'),
  ]
  expect(againOf({ ...message, deliveries }, conversation)).toEqual({
    channel: 'email', connection_id: 'ours', to: [{ address: 'ana@guest.test', name: '' }], cc: [{ address: 'lea@us.test', name: '' }],
    in_reply_to: 'asked', itinerary_id: 'trip', subject: 'Keys', html: '<p>At <b>nine</b></p>', attachments: ['f'], undo: true,
  })
})

it('a copy that failed alone has somebody whom it goes to', () => {
  const deliveries = [delivery('to', 'ana@guest.test', 'sent'), delivery('cc', 'lea@us.test', 'failed')]
  const draft = againOf({ ...message, deliveries }, conversation)
  expect([draft.to, draft.cc]).toEqual([[{ address: 'lea@us.test', name: '' }], undefined])
})

it('one in a chat has its text', () => {
  const draft = againOf({ ...message, channel: 'whatsapp', html: null, deliveries: [delivery('to', '351912345678', 'failed')] }, conversation)
  expect([draft.text, draft.html, draft.subject]).toEqual(['At nine', undefined, undefined])
})

it('one that handed on a place and a contact hands them on again', () => {
  const place = { latitude: 38.7, longitude: -9.1, name: 'Pier 3', address: '' }
  const cards = [{ name: 'Rita', phones: ['+351912000001'] }]
  const chat: NonNullable<MessageView['chat']> = { place, cards }
  const draft = againOf({ ...message, channel: 'whatsapp', html: null, text: '', chat, deliveries: [delivery('to', '351912345678', 'failed')] }, conversation)
  expect(draft).toMatchObject({ place, cards })
})
