import type { Page } from '@playwright/test'

import type { Screen } from './screens'

const API = '**/api/v1'

/** The API answers so below `path`. */
const failing = (path: string) => async (page: Page) => {
  const body = JSON.stringify({ status: 500, code: 'internal', detail: 'Something went wrong here' })
  await page.route(`${API}${path}`, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body }))
}

/** The API never answers below `path`. */
const waiting = (path: string) => async (page: Page) => {
  await page.route(`${API}${path}`, () => undefined)
}

/** What a screen shows that has nothing, has not got it yet, or cannot get it. */
export const STATES: readonly Screen[] = [
  { name: 'inbox-empty', path: '/inbox?q=nobody-is-called-so' },
  { name: 'contacts-empty', path: '/contacts?q=nobody-is-called-so' },
  { name: 'itineraries-empty', path: '/itineraries?q=nothing-is-called-so' },
  { name: 'concierge-empty', path: '/concierge?q=nothing-is-called-so' },
  { name: 'inbox-failing', path: '/inbox', before: failing('/conversations?*') },
  { name: 'contacts-failing', path: '/contacts', before: failing('/contacts?*') },
  { name: 'itinerary-failing', path: '/itineraries/018f0000-0000-7000-8000-000000000000', before: failing('/itineraries/**') },
  { name: 'inbox-loading', path: '/inbox', before: waiting('/conversations?*'), loading: true },
  { name: 'contacts-loading', path: '/contacts', before: waiting('/contacts?*'), loading: true },
  { name: 'itinerary-loading', path: '/itineraries/018f0000-0000-7000-8000-000000000000', before: waiting('/itineraries/**'), loading: true },
  { name: 'concierge-loading', path: '/concierge', before: waiting('/concierge*'), loading: true },
]
