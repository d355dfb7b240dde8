import type { Page } from '@playwright/test'

import { ask, stopTexts } from './guests'
import { expect, signIn } from './signed-in'

export interface Screen {
  name: string
  /** Where it is; asked of the running sandbox where it has an id in it. */
  path: string | ((page: Page) => Promise<string>)
  /** Brings it into the state that is looked at. */
  then?: (page: Page) => Promise<void>
  /** Nobody is signed in. */
  anonymous?: boolean
  /** What is set up before it is opened: an API that fails. */
  before?: (page: Page) => Promise<void>
  /** It loads for ever. */
  loading?: boolean
  /** Pictured down to its end, and not as far as the window shows it. */
  whole?: boolean
  /** Pictured on paper too. */
  printed?: boolean
}

export async function first(page: Page, path: string, list: string): Promise<string> {
  const [found] = (await ask<Record<string, { id: string }[]>>(page, 'GET', path))[list] ?? []
  if (found === undefined) throw new Error(`Nothing at ${path}`)
  return found.id
}

/** The thread of the demo's group, once the network has made it. */
export async function groupThread(page: Page): Promise<string> {
  const found = () => first(page, '/conversations?kind=group&limit=1', 'conversations')
  await expect.poll(() => found().catch(() => ''), { timeout: 30_000 }).not.toBe('')
  return `/whatsapp/${await found()}`
}

/** A chat in which somebody has just asked something. */
export async function whatsappThread(page: Page): Promise<string> {
  const [phone] = await ask<{ address: string }[]>(page, 'GET', '/sandbox/handsets')
  await ask(page, 'POST', '/sandbox/chats', { data: { address: phone?.address, text: 'Which car picks us up tomorrow?' } })
  const found = () => first(page, '/conversations?channel=whatsapp&limit=1', 'conversations')
  await expect.poll(() => found().catch(() => '')).not.toBe('')
  return `/whatsapp/${await found()}`
}

/** A trip that a guest has reviewed. */
async function reviewed(page: Page): Promise<string> {
  const id = await first(page, '/itineraries?state=finished&limit=1', 'itineraries')
  const categories = [{ category: 'cleanliness', given: 9.5 }, { category: 'value', given: 7 }]
  const said = { source: 'Sea and Stay', external_id: id, scale: '0-10', date: '2026-11-20', overall: 8.6, categories }
  await ask(page, 'POST', '/reviews', { data: { details: { ...said, guest: 'Anna Berg', text: 'We would come again.', itinerary_id: id } } })
  return `/itineraries/${id}?tab=reviews`
}

/** Every screen, each in the states that are worth a look. */
export const SCREENS: readonly Screen[] = [
  { name: 'sign-in', path: '/sign-in', anonymous: true },
  { name: 'inbox', path: '/inbox' },
  { name: 'inbox-thread', path: async (page) => `/inbox/${await first(page, '/conversations?channel=email&limit=1', 'conversations')}` },
  { name: 'whatsapp', path: '/whatsapp' },
  {
    name: 'whatsapp-thread',
    path: whatsappThread,
  },
  {
    name: 'new-chat',
    path: '/whatsapp',
    then: (page) => page.getByRole('button', { name: 'New chat' }).click(),
  },
  { name: 'whatsapp-group', path: groupThread },
  {
    name: 'whatsapp-group-panel',
    path: groupThread,
    then: async (page) => {
      const panel = page.getByRole('region', { name: 'About the group' })
      if (!(await panel.isVisible())) await page.getByRole('button', { name: 'About the group' }).click()
      await panel.getByRole('list', { name: 'Participants' }).waitFor()
    },
  },
  {
    name: 'whatsapp-find',
    path: groupThread,
    then: async (page) => {
      await page.getByRole('button', { name: 'About the group' }).waitFor() // keys are heard from then on
      await page.keyboard.press('s')
      await page.getByRole('textbox', { name: 'Search in this conversation' }).fill('added')
      await page.getByRole('list', { name: 'Found messages' }).waitFor()
    },
  },
  {
    name: 'new-group',
    path: async (page) => `/itineraries/${await first(page, '/itineraries?state=confirmed&limit=1', 'itineraries')}`,
    then: async (page) => {
      await page.getByRole('button', { name: 'Write', exact: true }).click()
      await page.getByRole('menuitem', { name: 'New group' }).click()
      await page.getByRole('dialog', { name: 'New group' }).getByRole('group', { name: 'Guests of the itinerary' }).waitFor()
    },
  },
  { name: 'itineraries', path: '/itineraries' },
  { name: 'itinerary', path: async (page) => `/itineraries/${await first(page, '/itineraries?state=in_progress&limit=1', 'itineraries')}` },
  { name: 'itinerary-payments', path: async (page) => `/itineraries/${await first(page, '/itineraries?state=confirmed&limit=1', 'itineraries')}?tab=payments` },
  { name: 'itinerary-proposals', path: async (page) => `/itineraries/${await first(page, '/itineraries?state=proposed&limit=1', 'itineraries')}?tab=proposals` },
  { name: 'itinerary-reviews', path: reviewed },
  {
    name: 'purchase-order',
    path: async (page) => `/itineraries/${await first(page, '/itineraries?state=confirmed&limit=1', 'itineraries')}`,
    then: async (page) => {
      await page.getByRole('button', { name: 'Add a service' }).waitFor()
      await page.keyboard.press('a')
      await page.getByRole('button', { name: 'Purchase order' }).click()
      await page.getByRole('button', { name: /^Send [1-9]/ }).waitFor()
      await page.getByRole('dialog').locator('iframe').waitFor()
    },
  },
  { name: 'concierge', path: '/concierge' },
  { name: 'concierge-day', path: '/concierge?view=day' },
  { name: 'contacts', path: '/contacts' },
  { name: 'contact', path: async (page) => `/contacts/${await first(page, '/contacts?limit=1', 'contacts')}` },
  { name: 'imports', path: '/imports' },
  { name: 'settings', path: '/settings' },
  ...['branding', 'users', 'channels', 'templates', 'labels', 'fields', 'feeds', 'credits', 'sent', 'opt-outs', 'records', 'webhooks'].map((section) => ({
    name: `settings-${section}`,
    path: `/settings/${section}`,
  })),
  {
    name: 'settings-sent-filters',
    path: '/settings/sent',
    then: (page) => page.getByRole('button', { name: 'More filters' }).click(),
  },
  {
    name: 'settings-stopped',
    path: async (page) => {
      await stopTexts(page, '+351912000099')
      return '/settings/opt-outs'
    },
  },
  { name: 'sandbox', path: '/sandbox' },
  { name: 'profile', path: '/profile' },
  ...['security', 'notifications', 'tokens'].map((section) => ({ name: `profile-${section}`, path: `/profile/${section}` })),
  {
    name: 'search',
    path: '/profile',
    then: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('textbox', { name: 'Search everything' }).fill('trans')
      await page.getByRole('dialog').getByText(/TRP-/).first().waitFor()
    },
  },
  { name: 'keys', path: '/profile', then: (page) => page.keyboard.press('?') },
  { name: 'bell', path: '/profile', then: (page) => page.getByRole('button', { name: /^Notifications/ }).click() },
  { name: 'not-found', path: '/nothing-here' },
]

/** Opens a screen in its state. */
export async function show(page: Page, screen: Screen, open: (path: string) => Promise<void>): Promise<void> {
  // To ask where it is, somebody must be signed in.
  if (typeof screen.path !== 'string' || !screen.anonymous) await signIn(page.context())
  const path = typeof screen.path === 'string' ? screen.path : await screen.path(page)
  await screen.before?.(page)
  await open(path)
  await screen.then?.(page)
}
