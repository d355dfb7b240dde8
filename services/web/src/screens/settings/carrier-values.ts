// Between the form of a carrier of text messages and what the API takes.

import type { HttpApi, SmppServer, SmsConnectionDetails } from '@/api'

const HTTP = 'https://api.twilio.com'

/** As the API has them where nobody says otherwise. */
const SMPP = {
  tls: false,
  system_type: '',
  direction: 'transceiver',
  window: 10,
  per_second: 20,
  joining: 'header',
  long_reference: false,
  alphabet: 'gsm',
  id_rule: 'as_is',
} as const satisfies Partial<SmppServer>

// A field of a number is empty while somebody writes in it.
type Typed<T> = { [K in keyof T]-?: NonNullable<T[K]> extends number ? number | string : NonNullable<T[K]> }

// The values of a form have an index signature, which an interface has not.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type CarrierValues = {
  smpp: Typed<SmppServer>
  http: Typed<HttpApi>
  plain: boolean
  validity_hours: number | string
  stop_words: string[]
}

export function carrierValues(details: SmsConnectionDetails | undefined): CarrierValues {
  const { smpp, http } = details ?? {}
  return {
    smpp: { host: '', port: 2775, system_id: '', ...SMPP, ...smpp, password: '' },
    http: {
      account: http?.account ?? '',
      token: '',
      base_url: http?.base_url ?? HTTP,
      messaging_service: http?.messaging_service ?? '',
      at_once: http?.at_once ?? 10,
      per_second: http?.per_second ?? 10,
    },
    plain: details?.plain ?? true,
    validity_hours: details?.validity_hours ?? 48,
    stop_words: details?.stop_words ?? [],
  }
}

/** A secret that nobody typed keeps the one that is stored. */
export function secret(typed: string): string | null {
  return typed === '' ? null : typed
}

export function smppOf(values: CarrierValues['smpp']): SmppServer {
  return {
    ...values,
    host: values.host.trim(),
    port: Number(values.port),
    system_id: values.system_id.trim(),
    system_type: values.system_type.trim(),
    password: secret(values.password),
    window: Number(values.window),
    per_second: Number(values.per_second),
  }
}

export function httpOf(values: CarrierValues['http']): HttpApi {
  return {
    account: values.account.trim(),
    base_url: values.base_url.trim() || HTTP,
    token: secret(values.token),
    messaging_service: values.messaging_service.trim() || null,
    at_once: Number(values.at_once),
    per_second: Number(values.per_second),
  }
}
