import { describe, expect, it } from 'vitest'

import type { Connection } from './channels'
import { bodyOf, valuesOf } from './connection-values'

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
})
