// Which queries an event of the live stream makes old: the first word of their keys.

import type { LiveEvents } from '@/api'

export type Topic = keyof LiveEvents

export const STALE: Record<Topic, readonly string[]> = {
  'chat_group.changed': ['groups'],
  'comment.changed': ['comments', 'stream'],
  'connection.changed': ['connections'],
  'contact.changed': ['contacts'],
  'contact.erased': ['contacts', 'conversations', 'messages', 'itineraries'],
  'conversation.changed': ['conversations', 'messages', 'stream'],
  'document.changed': ['documents', 'itineraries'],
  'draft.changed': ['drafts'],
  'itinerary.changed': ['itineraries', 'concierge'],
  'job.changed': ['jobs', 'mailings'],
  'label.changed': ['labels'],
  'listing.changed': ['listings', 'itineraries'],
  'note.changed': ['notes', 'contacts'],
  'notifications.changed': ['notifications'],
  'overbooking.found': ['overbookings', 'itineraries'],
  'overbooking.resolved': ['overbookings', 'itineraries'],
  'payment.recorded': ['itineraries'],
  'portal.changed': ['portals'],
  'presence.changed': [],
  'proposal.changed': ['proposals', 'itineraries'],
  'read_mark.changed': ['conversations'],
  'review.changed': ['reviews'],
  'review.received': ['reviews'],
  'schedule.changed': ['scheduled', 'messages'],
  'typing.changed': [],
}

export const TOPICS = Object.keys(STALE) as Topic[]
