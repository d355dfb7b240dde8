import composer from '@/composer/en.json'
import conversations from '@/conversations/en.json'
import concierge from '@/screens/concierge/en.json'
import contact from '@/screens/contact/en.json'
import contacts from '@/screens/contacts/en.json'
import imports from '@/screens/imports/en.json'
import inbox from '@/screens/inbox/en.json'
import itineraries from '@/screens/itineraries/en.json'
import itinerary from '@/screens/itinerary/en.json'
import feeds from '@/screens/settings/feeds/en.json'
import fields from '@/screens/settings/fields/en.json'
import profile from '@/screens/profile/en.json'
import records from '@/screens/settings/records/en.json'
import sandbox from '@/screens/sandbox/en.json'
import settings from '@/screens/settings/en.json'
import webhooks from '@/screens/settings/webhooks/en.json'
import whatsapp from '@/screens/whatsapp/en.json'
import signIn from '@/screens/sign-in/en.json'
import groups from '@/groups/en.json'
import mailing from '@/mailing/en.json'
import outreach from '@/outreach/en.json'
import people from '@/people/en.json'
import shell from '@/shell/en.json'
import thread from '@/thread/en.json'
import timeline from '@/timeline/en.json'
import trips from '@/trips/en.json'
import ui from '@/ui/en.json'

export default {
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
