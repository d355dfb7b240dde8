import { describe, expect, it } from 'vitest'

import type { Connection } from './channels'
import { bodyOf, fieldOf, valuesOf } from './connection-values'

const mailbox = {
  channel: 'email',
  id: '0b0e7a3e-0000-4000-8000-000000000001',
  details: {
    label: 'Bookings',
    address: 'bookings@atlas.example',
    kind: 'password',
    smtp: { host: 'smtp.atlas.example', port: 465, security: 'tls', username: 'bookings' },
    imap: { host: 'imap.atlas.example', port: 993, security: 'tls', username: 'bookings' },
    folder: 'Team',
    per_minute: 120,
    default: true,
  },
  state: 'open',
  reason: null,
  checked_at: null,
  version: 4,
} as Connection

describe('the form of a connection', () => {
  it('keeps what it does not ask, and secrets that nobody typed', () => {
    const values = valuesOf('email', mailbox)
    expect(bodyOf('email', { ...values, label: ' Sales ' }, mailbox)).toEqual({
      channel: 'email',
      details: {
        ...mailbox.details,
        label: 'Sales',
        smtp: { host: 'smtp.atlas.example', port: 465, security: 'tls', username: 'bookings', password: null },
        imap: { host: 'imap.atlas.example', port: 993, security: 'tls', username: 'bookings', password: null },
        oauth_refresh_token: null,
      },
    })
  })

  it('sends no password to where a token is used', () => {
    const values = valuesOf('email', mailbox)
    const { details } = bodyOf('email', { ...values, kind: 'google', smtp: { ...values.smtp, password: 'x' }, oauth_refresh_token: 'r' }, mailbox)
    expect(details).toMatchObject({ kind: 'google', oauth_refresh_token: 'r', smtp: { password: null } })
  })

  it('takes a number however it is written, and no servers for the sandbox', () => {
    const values = valuesOf('whatsapp', undefined)
    expect(bodyOf('whatsapp', { ...values, label: 'Desk', address: '+351 (912) 000-001' }, undefined)).toEqual({
      channel: 'whatsapp',
      details: { label: 'Desk', number: '+351912000001', kind: 'linked', default: false, cloud: null },
    })
    const text = valuesOf('sms', undefined)
    expect(bodyOf('sms', { ...text, label: 'T', address: 'ATLAS', kind: 'sandbox' }, undefined).details).toMatchObject({ smpp: null, http: null })
  })

  it('says of a new carrier what the API would take by itself', () => {
    const values = valuesOf('sms', undefined)
    const { details } = bodyOf('sms', { ...values, kind: 'smpp', label: 'T', address: 'ATLAS', smpp: { ...values.smpp, host: ' smpp.carrier.example ', system_id: 'atlas', password: 'x' } }, undefined)
    expect(details).toMatchObject({ plain: true, validity_hours: 48, stop_words: [], http: null })
    expect(details).toMatchObject({
      smpp: {
        ...{ host: 'smpp.carrier.example', port: 2775, system_id: 'atlas', system_type: '', password: 'x', tls: false },
        ...{ direction: 'transceiver', window: 10, per_second: 20, joining: 'header', long_reference: false, alphabet: 'gsm', id_rule: 'as_is' },
      },
    })
  })

  it('gives a carrier back as it was, but for its secret', () => {
    const smpp = {
      ...{ host: 'smpp.carrier.example', port: 3550, system_id: 'atlas', system_type: 'SMPP', password: null, tls: true },
      ...{ direction: 'transmitter', window: 3, per_second: 0.5, joining: 'payload', long_reference: true, alphabet: 'latin_1', id_rule: 'answer_hex' },
    }
    const details = { label: 'T', kind: 'smpp', sender: 'ATLAS', plain: false, validity_hours: 2, stop_words: ['PARAR'], default: true, smpp, http: null }
    const carrier = { ...mailbox, channel: 'sms', details } as Connection
    expect(bodyOf('sms', valuesOf('sms', carrier), carrier).details).toEqual(details)
    const http = { account: 'AC1', base_url: 'https://api.carrier.example', token: null, messaging_service: 'MG1', at_once: 4, per_second: 2 }
    const other = { ...carrier, details: { ...details, kind: 'http', smpp: null, http } } as Connection
    expect(bodyOf('sms', valuesOf('sms', other), other).details).toEqual({ ...details, kind: 'http', smpp: null, http })
  })

  it('finds the field that the API has something against', () => {
    expect(fieldOf('details.sender')).toBe('address')
    expect(fieldOf('details.smpp.window')).toBe('smpp.window')
    expect(fieldOf('details.stop_words[0]')).toBe('stop_words')
  })
})
