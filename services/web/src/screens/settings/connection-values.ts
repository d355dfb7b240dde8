// Between the form of a connection and what the API takes. What the form does not ask stays as it is.

import type { BodyOf, Channel, ConnectionDetails, SmsConnectionDetails, WhatsAppConnectionDetails } from '@/api'

import { carrierValues, type CarrierValues, httpOf, secret, smppOf } from './carrier-values'
import type { Connection } from './channels'

export const KINDS_OF = {
  email: ['password', 'google', 'microsoft', 'sandbox'],
  whatsapp: ['linked', 'cloud', 'sandbox'],
  sms: ['smpp', 'http', 'sandbox'],
} as const satisfies Record<Channel, readonly string[]>

type Kind = (typeof KINDS_OF)[Channel][number]
type Security = 'tls' | 'starttls' | 'none'
interface Server {
  host: string
  port: number | string
  security: Security
  username: string
  password: string
}

export type Values = CarrierValues & {
  label: string
  address: string
  kind: Kind
  default: boolean
  smtp: Server
  imap: Server
  oauth_refresh_token: string
  cloud: { phone_number_id: string; business_account_id: string; access_token: string; app_secret: string; verify_token: string }
}

export function valuesOf(channel: Channel, connection: Connection | undefined): Values {
  const email = connection?.channel === 'email' ? connection.details : undefined
  const whatsapp = connection?.channel === 'whatsapp' ? connection.details : undefined
  const sms = connection?.channel === 'sms' ? connection.details : undefined
  const details = email ?? whatsapp ?? sms
  return {
    label: details?.label ?? '',
    address: email?.address ?? whatsapp?.number ?? sms?.sender ?? '',
    kind: details?.kind ?? KINDS_OF[channel][0],
    default: details?.default ?? false,
    smtp: serverOf(email?.smtp, 587, 'starttls'),
    imap: serverOf(email?.imap, 993, 'tls'),
    oauth_refresh_token: '',
    cloud: {
      phone_number_id: whatsapp?.cloud?.phone_number_id ?? '',
      business_account_id: whatsapp?.cloud?.business_account_id ?? '',
      access_token: '',
      app_secret: '',
      verify_token: '',
    },
    ...carrierValues(sms),
  }
}

function serverOf(server: ConnectionDetails['smtp'], port: number, security: Security): Server {
  return {
    host: server?.host ?? '',
    port: server?.port ?? port,
    security: server?.security ?? security,
    username: server?.username ?? '',
    password: '',
  }
}

/** The field of the form that a field of the API is. */
export function fieldOf(field: string): string {
  const name = field.replace(/^details\./, '').replace(/\[.*$/, '')
  return ['address', 'sender', 'number'].includes(name) ? 'address' : name
}

export function bodyOf(channel: Channel, values: Values, connection: Connection | undefined): BodyOf<'/connections', 'post'> {
  if (channel === 'email') return { channel, details: emailOf(values, connection?.channel === 'email' ? connection.details : undefined) }
  if (channel === 'sms') return { channel, details: smsOf(values, connection?.channel === 'sms' ? connection.details : undefined) }
  return { channel, details: whatsappOf(values, connection?.channel === 'whatsapp' ? connection.details : undefined) }
}

function emailOf(values: Values, before: ConnectionDetails | undefined): ConnectionDetails {
  const kind = values.kind as ConnectionDetails['kind']
  const server = ({ host, port, security, username, password }: Server) =>
    kind === 'sandbox' || host.trim() === ''
      ? null
      : { host: host.trim(), port: Number(port), security, username: username.trim(), password: kind === 'password' ? secret(password) : null }
  return {
    ...before,
    label: values.label.trim(),
    address: values.address.trim(),
    kind,
    default: values.default,
    smtp: server(values.smtp),
    imap: server(values.imap),
    oauth_refresh_token: kind === 'google' || kind === 'microsoft' ? secret(values.oauth_refresh_token) : null,
  }
}

function whatsappOf(values: Values, before: WhatsAppConnectionDetails | undefined): WhatsAppConnectionDetails {
  const { phone_number_id, business_account_id, access_token, app_secret, verify_token } = values.cloud
  return {
    ...before,
    label: values.label.trim(),
    number: values.address.replace(/[\s()-]/g, ''),
    kind: values.kind as WhatsAppConnectionDetails['kind'],
    default: values.default,
    cloud:
      values.kind === 'cloud'
        ? {
            phone_number_id: phone_number_id.trim(),
            business_account_id: business_account_id.trim(),
            access_token: secret(access_token),
            app_secret: secret(app_secret),
            verify_token: secret(verify_token),
          }
        : null,
  }
}

function smsOf(values: Values, before: SmsConnectionDetails | undefined): SmsConnectionDetails {
  return {
    ...before,
    label: values.label.trim(),
    sender: values.address.trim(),
    kind: values.kind as SmsConnectionDetails['kind'],
    default: values.default,
    plain: values.plain,
    validity_hours: Number(values.validity_hours),
    stop_words: values.stop_words,
    smpp: values.kind === 'smpp' ? smppOf(values.smpp) : null,
    http: values.kind === 'http' ? httpOf(values.http) : null,
  }
}
