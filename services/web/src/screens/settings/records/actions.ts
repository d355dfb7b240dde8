// What the log knows to have been done, as one asks for it: things, and what happens to each.

import { t, tv } from '@/texts'

/** What was sent, by its kind; those with a price first. */
const SENT = ['proposal', 'purchase_order', 'commission', 'booking_confirmation', 'itinerary_link', 'duty_message'] as const

const DONE: Record<string, readonly string[]> = {
  message: ['scheduled', 'moved', 'edited', 'withdrawn', 'deleted'],
  conversation: ['assigned', 'state', 'labelled', 'follow_up', 'archived', 'unarchived', 'merged', 'unmerged', 'commented'],
  mailing: ['prepared', 'confirmed', 'paused', 'resumed', 'cancelled'],
  group: ['created', 'renamed', 'participants_added', 'participants_removed', 'left'],
  itinerary: ['created', 'updated', 'state_changed', 'payments_planned', 'shared', 'unshared'],
  service: ['added', 'changed', 'removed'],
  proposal: ['created', 'revised', 'linked', 'unlinked', 'withdrawn'],
  payment: ['recorded', 'voided'],
  document: ['added', 'changed', 'removed'],
  review: ['recorded', 'answered'],
  contact: ['created', 'updated', 'merged', 'unmerged', 'erased'],
  note: ['added', 'changed', 'removed'],
  consent: ['recorded'],
  person_export: ['started'],
  erasure: ['started'],
  import: ['started'],
  export: ['started'],
  user: [
    ...['invited', 'created', 'changed', 'sessions_ended', 'password_changed', 'password_reset'],
    ...['second_factor_enabled', 'second_factor_disabled', 'second_factor_removed'],
  ],
  api_token: ['created', 'revoked'],
  settings: ['changed'],
  connection: ['created', 'changed', 'removed'],
  whatsapp_connection: ['created', 'changed', 'removed', 'disconnected'],
  sms_connection: ['created', 'changed', 'removed'],
  template: ['saved', 'archived', 'brought_back', 'removed'],
  label: ['created', 'updated', 'merged', 'removed'],
  field: ['added', 'updated', 'removed'],
  listing: ['created', 'updated', 'pictured'],
  portal: ['created', 'updated'],
  feed: ['created', 'updated', 'removed'],
  prices: ['changed'],
  credits: ['topped_up'],
  webhook: ['created', 'changed', 'removed', 'secret_rotated', 'disabled', 'delivery_replayed'],
}

interface Choice {
  value: string
  label: string
}

/** All that can be asked for, in groups: what was sent, then each thing with all that happens to it. */
export function choices(): { group: string; items: Choice[] }[] {
  const sent = [
    { value: 'message.sent', label: t('records.sent.all') },
    ...SENT.map((kind) => ({ value: `message.sent:${kind}`, label: t(`records.sent.${kind}`) })),
  ]
  const things = Object.entries(DONE).map(([noun, verbs]) => ({
    group: tv('records.thing', noun),
    items: [
      { value: noun, label: t('records.allOf', { thing: tv('records.thing', noun) }) },
      ...verbs.map((verb) => ({ value: `${noun}.${verb}`, label: did(`${noun}.${verb}`) })),
    ],
  }))
  return [{ group: t('records.sent.title'), items: sent }, ...things]
}

/** What was done in words: of what is new to us too. */
export function did(action: string, kind?: string): string {
  const [noun = '', verb = ''] = action.split('.')
  const thing = kind === undefined ? tv('records.thing', noun) : tv('settings.messageKind', kind)
  return verb === '' ? thing : `${thing} · ${tv('records.step', verb)}`
}
