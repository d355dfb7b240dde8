import 'dayjs/locale/es'

import composer from '@/composer/es.json'
import conversations from '@/conversations/es.json'
import type { Catalogue } from '.'
import concierge from '@/screens/concierge/es.json'
import contact from '@/screens/contact/es.json'
import contacts from '@/screens/contacts/es.json'
import imports from '@/screens/imports/es.json'
import inbox from '@/screens/inbox/es.json'
import itineraries from '@/screens/itineraries/es.json'
import itinerary from '@/screens/itinerary/es.json'
import feeds from '@/screens/settings/feeds/es.json'
import fields from '@/screens/settings/fields/es.json'
import profile from '@/screens/profile/es.json'
import records from '@/screens/settings/records/es.json'
import sandbox from '@/screens/sandbox/es.json'
import settings from '@/screens/settings/es.json'
import webhooks from '@/screens/settings/webhooks/es.json'
import whatsapp from '@/screens/whatsapp/es.json'
import signIn from '@/screens/sign-in/es.json'
import groups from '@/groups/es.json'
import mailing from '@/mailing/es.json'
import outreach from '@/outreach/es.json'
import people from '@/people/es.json'
import shell from '@/shell/es.json'
import thread from '@/thread/es.json'
import timeline from '@/timeline/es.json'
import trips from '@/trips/es.json'
import ui from '@/ui/es.json'

// What lacks a text of English is refused by the type checker.
const es: Catalogue = {
  composer,
  concierge,
  contact,
  contacts,
  conversations,
  feeds,
  fields,
  groups,
  imports,
  inbox,
  itineraries,
  itinerary,
  mailing,
  outreach,
  people,
  profile,
  records,
  sandbox,
  settings,
  webhooks,
  whatsapp,
  shell,
  signIn,
  thread,
  timeline,
  trips,
  ui,
}

export default es
