import { expect, it } from 'vitest'

import type { Identity } from '@/api'

import { connected, hasAddress, suited } from './channels'

const mail: Identity = { id: '1', scheme: 'email', value: 'a@example.com', display: 'a@example.com' }
const phone: Identity = { id: '2', scheme: 'phone', value: '+351911', display: '+351911' }

it('knows who has a phone as somebody on WhatsApp', () => {
  expect(hasAddress({ identities: [phone] }, 'whatsapp')).toBe(true)
  expect(hasAddress({ identities: [mail] }, 'whatsapp')).toBe(false)
})

it('takes what the contact prefers, where we can and he can', () => {
  const both = { identities: [mail, phone] }
  expect(suited({ ...both, channel: 'whatsapp' }, ['email', 'whatsapp'])).toBe('whatsapp')
  expect(suited({ ...both, channel: 'whatsapp' }, ['email'])).toBe('email')
  expect(suited({ identities: [mail], channel: 'whatsapp' }, ['email', 'whatsapp'])).toBe('email')
  expect(suited({ identities: [phone], channel: null }, ['email', 'whatsapp', 'sms'])).toBe('whatsapp')
})

it('counts no number that is switched off', () => {
  expect(connected([{ channel: 'whatsapp', state: 'off' }, { channel: 'sms', state: 'open' }])).toEqual(['email', 'sms'])
})
