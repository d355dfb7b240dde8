import type { Page } from '@playwright/test'

import { ask } from './guests'
import { first, type Screen } from './screens'
import { up } from './signed-in'

/** The page of a trip that has been confirmed, as its guests get it. */
async function itinerary(page: Page): Promise<string> {
  const id = await first(page, '/itineraries?state=confirmed&limit=1', 'itineraries')
  const trip = await ask<{ public_url: string }>(page, 'PUT', `/itineraries/${id}/link`)
  return new URL(trip.public_url).pathname
}

/** The page of a proposal that nobody has answered yet, made where the demo has none. */
async function proposal(page: Page): Promise<string> {
  const trip = await first(page, '/itineraries?state=proposed&limit=1', 'itineraries')
  const offer = { introduction: 'Six slow days between the river and the sea, as we spoke of on the phone.' }
  const made = await ask<{ id: string; version: number }>(page, 'POST', `/itineraries/${trip}/proposals`, { data: { offer } })
  const link = await page.request.put(`${up.address}/api/v1/proposals/${made.id}/link`, {
    headers: { 'If-Match': `"v${made.version}"`, 'X-CSRF-Token': await csrf(page) },
    data: {},
  })
  return new URL(((await link.json()) as { url: string }).url).pathname
}

async function csrf(page: Page): Promise<string> {
  return ((await (await page.request.get(`${up.address}/api/v1/session`)).json()) as { csrf: string }).csrf
}

/** What guests see who have a link: on a phone, on a desk, on paper. */
export const PAGES: readonly Screen[] = [
  { name: 'page-itinerary', path: itinerary, anonymous: true, whole: true, printed: true },
  { name: 'page-proposal', path: proposal, anonymous: true, whole: true, printed: true },
  { name: 'page-gone', path: '/p/a-link-that-is-no-good', anonymous: true },
]
