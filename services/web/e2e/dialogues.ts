import type { Page } from '@playwright/test'

import { first, type Screen } from './screens'
import { userOf } from './signed-in'

/** Presses a button by its name. */
const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click()

const itinerary = async (page: Page) => `/itineraries/${await first(page, '/itineraries?state=confirmed&limit=1', 'itineraries')}`
const contact = async (page: Page) => `/contacts/${await first(page, '/contacts?kind=traveller&limit=1', 'contacts')}`

const FILE = `Given name;Surname;E-mail;Mobile;Remarks
Inês;Carvalho;ines.carvalho@example.org;+351 912 000 111;Prefers the morning
Bjørn;Haugen;bjorn@example.org;;
`

/** What opens above a screen: forms, mostly. */
export const DIALOGUES: readonly Screen[] = [
  { name: 'contact-new', path: '/contacts', then: press('New contact') },
  { name: 'contact-change', path: contact, then: press('Change') },
  { name: 'contact-merge', path: contact, then: press('Merge') },
  { name: 'contact-consent', path: contact, then: press('Write down a decision') },
  { name: 'contacts-filters', path: '/contacts', then: press('More filters') },
  { name: 'mailing', path: '/contacts?kind=supplier', then: press('Write to all') },
  {
    name: 'import-mapping',
    path: '/imports',
    then: async (page) => {
      await page.locator('input[type=file]').setInputFiles({ name: 'guests.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
      await page.getByText('Given name').waitFor()
    },
  },
  { name: 'proposal-new', path: async (page) => `${await itinerary(page)}?tab=proposals`, then: press('Make a proposal') },
  { name: 'payment-new', path: async (page) => `${await itinerary(page)}?tab=payments`, then: press('Record a payment') },
  { name: 'itinerary-documents', path: async (page) => `${await itinerary(page)}?tab=documents` },
  { name: 'itinerary-history', path: async (page) => `${await itinerary(page)}?tab=history` },
  { name: 'service', path: itinerary, then: (page) => page.locator('[data-service]').nth(1).click() },
  { name: 'service-new', path: itinerary, then: press('Add a service') },
  { name: 'itinerary-change', path: itinerary, then: press('Change the trip') },
  { name: 'template', path: '/settings/templates', then: press('New template') },
  ...(['mailbox', 'WhatsApp number', 'text message carrier'] as const).map((what) => ({
    name: `connection-${what.split(' ')[0]?.toLowerCase()}`,
    path: '/settings/channels',
    then: async (page: Page) => {
      await press('Connect')(page)
      await page.getByRole('menuitem', { name: `New ${what}` }).click()
    },
  })),
  { name: 'user-new', path: '/settings/users', then: press('Invite somebody') },
  { name: 'password', path: '/profile/security', then: press('Change the password') },
  { name: 'second-factor', path: '/profile/security', then: press('Set up a second factor') },
  {
    name: 'second-factor-code',
    path: '/profile/security',
    then: async (page) => {
      await press('Set up a second factor')(page)
      await page.getByRole('textbox', { name: 'Password' }).fill(userOf('owner').password)
      await press('Continue')(page)
      await page.getByRole('textbox', { name: 'Code' }).waitFor()
    },
  },
  { name: 'token-new', path: '/profile/tokens', then: press('New token') },
  {
    name: 'token-made',
    path: '/profile/tokens',
    then: async (page) => {
      await press('New token')(page)
      await page.getByRole('textbox', { name: 'Name' }).fill('Nightly report')
      await press('Make the token')(page)
      await page.getByText('This is shown only now').waitFor()
    },
  },
  { name: 'top-up', path: '/settings/credits', then: press('Top up') },
]
