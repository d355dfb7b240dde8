import { describe, expect, it } from 'vitest'

import type { SandboxMailbox } from '@/api'

import { devicesOf, fullest, matching, ofKey } from './devices'

const handsets = [
  { address: '351912000001', name: 'Marta Reis', on: false, unread: 2, total: 3 },
  { address: 'lid-77', name: 'Bo Lind', on: true, unread: 0, total: 9 },
]
const phones = [
  { number: '+351912000001', unread: 1, total: 4 },
  { number: '+4670000', unread: 0, total: 7 },
]
const mailboxes: SandboxMailbox[] = [
  { address: 'marta@reis.example', name: 'Marta Reis', unread: 0, total: 0 },
  { address: 'taxi@lisbon.example', name: '', unread: 3, total: 5, state: 'full' },
]
const all = devicesOf(handsets, phones, mailboxes)

describe('the devices', () => {
  it('give the texts of a phone the name that its chats have', () => {
    expect(all.find((each) => each.key === 'sms:+351912000001')).toMatchObject({ name: 'Marta Reis', unread: 1, standing: 'open' })
  })

  it('say what becomes of what is sent to them', () => {
    const standing = (key: string) => all.find((each) => each.key === key)?.standing
    expect(standing('whatsapp:351912000001')).toBe('off')
    expect(standing('whatsapp:lid-77')).toBe('open')
    expect(standing('email:taxi@lisbon.example')).toBe('full')
    expect(standing('email:marta@reis.example')).toBe('open')
  })

  it('let every phone with a number send texts, and none without', () => {
    expect(all.filter((each) => each.channel === 'sms').map((each) => each.address)).toEqual(['+4670000', '+351912000001'])
  })

  it('stand together where they are of one person', () => {
    expect(all.map((each) => each.name || each.address)).toEqual([
      '+4670000', 'Bo Lind', 'Marta Reis', 'Marta Reis', 'Marta Reis', 'taxi@lisbon.example',
    ])
  })

  it('are found by name, address, and a number however it is written', () => {
    expect(matching(all, 'bo l', 'all')).toHaveLength(1)
    expect(matching(all, '351 912-000', 'all')).toHaveLength(2)
    expect(matching(all, 'marta', 'email')).toHaveLength(1)
    expect(matching(all, 'LID-7', 'whatsapp')).toHaveLength(1)
    expect(matching(all, 'nobody', 'all')).toEqual([])
  })

  it('begin with the one of each channel that has most', () => {
    expect(fullest(all)).toEqual(['whatsapp:lid-77', 'email:taxi@lisbon.example', 'sms:+4670000'])
    expect(fullest(all.map((each) => ({ ...each, total: 0 })))).toEqual(['whatsapp:lid-77', 'email:marta@reis.example'])
    expect(fullest([])).toEqual([])
  })
})

describe('a key', () => {
  it('is read back, with a colon in the address too', () => {
    expect(ofKey('email:a:b@c.example')).toEqual({ channel: 'email', address: 'a:b@c.example' })
    expect(ofKey('fax:1')).toBeUndefined()
    expect(ofKey('sms:')).toBeUndefined()
  })
})
