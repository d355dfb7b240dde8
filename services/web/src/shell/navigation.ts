// What the shell leads to, and who may see it.

import {
  IconAddressBook,
  IconBeach,
  IconBrandWhatsapp,
  IconCalendarWeek,
  IconDeviceMobile,
  IconFileImport,
  IconInbox,
  IconSettings,
  type Icon,
} from '@/ui/icons'

import { api, type Me, type RightName } from '@/api'
import { may } from '@/api/session'
import type { TextKey } from '@/texts'

export interface Place {
  to: '/inbox' | '/whatsapp' | '/itineraries' | '/concierge' | '/contacts' | '/imports' | '/settings' | '/sandbox'
  text: TextKey
  icon: Icon
  /** Who has one of these sees it. */
  rights: readonly RightName[]
  /** The letter that follows `g`. */
  letter: string
}

const PLACES: readonly Place[] = [
  { to: '/inbox', text: 'shell.nav.inbox', icon: IconInbox, rights: ['READ'], letter: 'i' },
  { to: '/whatsapp', text: 'shell.nav.whatsapp', icon: IconBrandWhatsapp, rights: ['READ'], letter: 'w' },
  { to: '/itineraries', text: 'shell.nav.itineraries', icon: IconBeach, rights: ['READ'], letter: 't' },
  { to: '/concierge', text: 'shell.nav.concierge', icon: IconCalendarWeek, rights: ['READ'], letter: 'd' },
  { to: '/contacts', text: 'shell.nav.contacts', icon: IconAddressBook, rights: ['READ'], letter: 'c' },
  { to: '/imports', text: 'shell.nav.imports', icon: IconFileImport, rights: ['EDIT_CONTACTS'], letter: 'm' },
  {
    to: '/settings',
    text: 'shell.nav.settings',
    icon: IconSettings,
    rights: ['CHANGE_SETTINGS', 'CONFIGURE_CHANNELS', 'WRITE_TEMPLATES', 'EDIT_LABELS'],
    letter: 's',
  },
  { to: '/sandbox', text: 'shell.nav.sandbox', icon: IconDeviceMobile, rights: ['USE_SANDBOX'], letter: 'x' },
]

/** Where somebody may go: nowhere until he has the second factor that he must have. */
export function placesOf(me: Me): Place[] {
  if (me.must_enrol) return []
  return PLACES.filter((place) => place.rights.some((right) => may(me, right)))
}

/** The address of what a notification is about; undefined for what has no screen. */
export async function addressOfEntity(entity: string, id: string): Promise<string | undefined> {
  if (entity === 'message') return addressOfMessage(id)
  if (entity === 'review') {
    const { details } = await api.get('/reviews/{id}', { path: { id } })
    return details.itinerary_id ? `/itineraries/${details.itinerary_id}?tab=reviews` : undefined
  }
  const found: Record<string, string> = {
    conversation: `/inbox/${id}`,
    itinerary: `/itineraries/${id}`,
    contact: `/contacts/${id}`,
    connection: '/settings/email',
    credits: '/settings/credits',
    job: '/imports',
    user: '/profile/security',
    webhook: '/settings/webhooks',
  }
  return found[entity]
}

/** A message stands in its conversation; one that has not left, with whom it is for. */
async function addressOfMessage(id: string): Promise<string | undefined> {
  const found = await api.get('/messages/{id}', { path: { id } })
  if ('conversation_id' in found) return `/inbox/${found.conversation_id}?message=${found.id}`
  const { message_ids, draft, contact_ids, itinerary_ids } = found
  const [told] = message_ids
  const near = told ?? draft.in_reply_to
  if (near) return addressOfMessage(near)
  if (contact_ids[0]) return `/contacts/${contact_ids[0]}`
  return itinerary_ids[0] && `/itineraries/${itinerary_ids[0]}?tab=timeline`
}
