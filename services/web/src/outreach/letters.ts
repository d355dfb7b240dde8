// Who gets what: the selected services made into letters, one for each recipient. The API groups the
// same way when it is given all services at once (services/inbox/inbox/domain/recipients.py); here
// each recipient has a draft of his own, so that one can be changed, sent and fail by itself.

import type { BodyOf, Channel, Itinerary, Money, Service } from '@/api'
import type { Person } from '@/people/contacts-select'

export type Draft = BodyOf<'/messages', 'post'>

/** A service with what is known of its trip. */
export interface Planned {
  service: Service
  reference: string
  title: string
}

/** What somebody wants to do. */
export type Occasion =
  | { kind: 'message'; whom: Whom }
  | { kind: 'purchase_order' | 'duty_message'; whom: 'supplier' }
  | { kind: 'itinerary_link' | 'booking_confirmation' | 'proposal' | 'proposal_update'; whom: 'traveller' | 'agent' }
  | { kind: 'commission'; whom: 'agent' }

/** Of a trip; or people whom somebody chooses himself. */
export type Whom = 'traveller' | 'supplier' | 'agent' | 'person'

/** What is known of a trip that letters are about. */
export type Trip = Pick<Itinerary, 'id' | 'reference'> & {
  details: { title: string; guests?: Itinerary['details']['guests']; agent_id?: string | null; price?: Money | null }
}

/** One message to one recipient, as it is being written. */
export interface Letter {
  /** Stays the same while the letter is written. */
  id: string
  /** Makes sending it twice send it once. */
  requestKey: string
  /** What he is called until the API says it. */
  name: string
  contactId: string | null
  /** The trip that it is sent from; null where services of several trips are in it. */
  itineraryId: string | null
  services: readonly Planned[]
  /** Null until somebody chooses: then it is the one that suits the recipient (channels.ts). */
  channel: Channel | null
  connectionId: string | null
  templateId: string | null
  /** Addresses that get a copy of a mail: seen by all, or by nobody. */
  cc: readonly string[]
  bcc: readonly string[]
  subject: string
  text: string
  variables: Readonly<Record<string, string>>
  attachments: readonly { id: string; name: string }[]
  /** It is left out for now. */
  skipped: boolean
}

/** A letter whose channel is settled. */
export type Addressed = Letter & { channel: Channel }

interface Recipient {
  contactId: string | null
  name: string
  itineraryId: string | null
  services: Planned[]
}

/** The letters of an occasion, in the order in which their services take place. */
export function lettersOf(
  { whom }: Occasion,
  planned: readonly Planned[],
  trips: readonly Trip[],
  newKey: () => string,
): Letter[] {
  if (whom === 'person') return []
  const found = whom === 'supplier' ? bySupplier(planned) : byTrip(whom, planned, trips)
  return found.map((recipient) => blank(recipient, newKey))
}

/** One letter to each of `people`: what was begun stays, and who is no longer among them gets none. */
export function toPeople(people: readonly Person[], begun: readonly Letter[], newKey: () => string): Letter[] {
  return people.map(
    ({ id, name }) =>
      begun.find((each) => each.contactId === id) ?? blank({ contactId: id, name, itineraryId: null, services: [] }, newKey),
  )
}

function blank(recipient: Recipient, newKey: () => string): Letter {
  return {
    id: `${recipient.contactId ?? 'nobody'} ${recipient.itineraryId ?? ''} ${recipient.services[0]?.service.id ?? ''}`,
    requestKey: newKey(),
    ...recipient,
    channel: null,
    connectionId: null,
    templateId: null,
    cc: [],
    bcc: [],
    subject: '',
    text: '',
    variables: {},
    attachments: [],
    skipped: false,
  }
}

/** One recipient for each supplier over all trips; all services without one stand together. */
function bySupplier(planned: readonly Planned[]): Recipient[] {
  const found = new Map<string, Recipient>()
  for (const each of inOrder(planned)) {
    const { supplier_id, supplier_name } = each.service.details
    const recipient = found.get(supplier_id ?? '') ?? {
      contactId: supplier_id ?? null,
      name: supplier_name ?? '',
      itineraryId: null,
      services: [],
    }
    recipient.services.push(each)
    found.set(supplier_id ?? '', recipient)
  }
  return [...found.values()].map((each) => ({ ...each, itineraryId: onlyTrip(each.services) }))
}

/** One recipient for each trip: its lead guest, else the first whose contact is known, or its agent. */
function byTrip(whom: 'traveller' | 'agent', planned: readonly Planned[], trips: readonly Trip[]): Recipient[] {
  return trips.map((trip) => {
    const guests = trip.details.guests ?? []
    const reachable = guests.filter((each) => each.contact_id != null)
    const guest = reachable.find((each) => each.lead) ?? reachable[0]
    return {
      contactId: (whom === 'agent' ? trip.details.agent_id : guest?.contact_id) ?? null,
      name: whom === 'agent' ? '' : (guest ?? guests.find((each) => each.lead) ?? guests[0])?.name ?? '',
      itineraryId: trip.id,
      services: inOrder(planned).filter((each) => each.service.itinerary_id === trip.id),
    }
  })
}

function onlyTrip(planned: readonly Planned[]): string | null {
  const trips = new Set(planned.map((each) => each.service.itinerary_id))
  return trips.size === 1 ? ([...trips][0] ?? null) : null
}

function inOrder(planned: readonly Planned[]): Planned[] {
  return [...planned].sort((a, b) => a.service.starts_at.localeCompare(b.service.starts_at))
}

/** What all letters of the dialogue have in common. */
export interface Common {
  occasion: Occasion
  fromConcierge: boolean
  /** When they leave, as `2026-12-03 09:00:00` on the clock of the place; at once where null. */
  sendAt: string | null
}

/** The draft that the API is asked to preview, and to send. */
export function draftOf(letter: Addressed, { occasion, fromConcierge, sendAt }: Common): Draft {
  const text = letter.text.trim()
  const [date = '', time = ''] = sendAt?.split(' ') ?? []
  return {
    channel: letter.channel,
    kind: occasion.kind,
    itinerary_id: letter.itineraryId,
    from_concierge: fromConcierge,
    // Without `to` the services' supplier is the recipient.
    to: occasion.whom !== 'supplier' && letter.contactId !== null ? [{ contact_id: letter.contactId }] : [],
    service_ids: letter.services.map((each) => each.service.id),
    ...(letter.connectionId !== null && { connection_id: letter.connectionId }),
    ...(letter.templateId !== null && { template_id: letter.templateId }),
    ...(letter.channel === 'email' && letter.cc.length > 0 && { cc: letter.cc.map(addressed) }),
    ...(letter.channel === 'email' && letter.bcc.length > 0 && { bcc: letter.bcc.map(addressed) }),
    ...(letter.channel === 'email' && letter.subject.trim() !== '' && { subject: letter.subject.trim() }),
    ...(text !== '' && { text }),
    variables: filled(letter.variables),
    attachments: letter.attachments.map((each) => each.id),
    ...(sendAt !== null && { send_at: { local: { date, time, zone: 'place' } } }),
  }
}

function addressed(address: string): { address: string } {
  return { address }
}

function filled(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value.trim() !== ''))
}

export interface Obstacle {
  field: string
  reason: string
}

const VARIABLE = 'variables.'

/** The names of the variables for which somebody has to say a value. */
export function missingVariables(problems: readonly Obstacle[]): string[] {
  return problems.filter((each) => each.field.startsWith(VARIABLE)).map((each) => each.field.slice(VARIABLE.length))
}

/** What else stands in the way: a missing variable has a field of its own. */
export function otherProblems(problems: readonly Obstacle[]): Obstacle[] {
  return problems.filter((each) => !each.field.startsWith(VARIABLE))
}
