import type { Page } from '@playwright/test'

import { ask } from '../guests'
import { first, type Screen } from '../screens'
import { choose, inTurn, itinerary, menu, press } from './opening'

const tab = (name: string): Screen['path'] => async (page) => `${await itinerary(page)}?tab=${name}`

/** A trip of which something was offered: the demo has none yet. */
async function offered(page: Page): Promise<string> {
  const trip = await first(page, '/itineraries?state=proposed&limit=1', 'itineraries')
  const offer = { introduction: 'Six slow days between the river and the sea.' }
  await ask(page, 'POST', `/itineraries/${trip}/proposals`, { data: { offer } })
  return `/itineraries/${trip}?tab=proposals`
}

/** What opens over itineraries. */
export const OF_TRIPS: readonly Screen[] = [
  { name: 'proposal-new', path: tab('proposals'), then: press('Make a proposal') },
  {
    name: 'proposal-change',
    path: offered,
    then: press('Change the proposal'),
  },
  { name: 'payment-new', path: tab('payments'), then: press('Record a payment') },
  { name: 'itinerary-documents', path: tab('documents') },
  { name: 'itinerary-history', path: tab('history') },
  { name: 'service', path: itinerary, then: (page) => page.locator('[data-service]').nth(1).click() },
  { name: 'service-new', path: itinerary, then: press('Add a service') },
  { name: 'itinerary-change', path: itinerary, then: press('Change the trip') },
  { name: 'itinerary-state', path: itinerary, then: inTurn(press(/^State: /), menu) },
  { name: 'itinerary-cancel', path: itinerary, then: inTurn(press(/^State: /), choose('Cancelled')) },
  { name: 'itinerary-write', path: itinerary, then: inTurn(press('Write'), menu) },
  { name: 'itinerary-papers', path: itinerary, then: inTurn(press('Papers and public page'), menu) },
  { name: 'letter-traveller', path: itinerary, then: inTurn(press('Write'), choose('Booking confirmation')) },
  { name: 'itineraries-more', path: '/itineraries', then: inTurn(press('What to do with this list'), menu) },
]
