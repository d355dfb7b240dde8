import { stopTexts } from '../guests'
import type { Screen } from '../screens'
import { userOf } from '../signed-in'
import { choose, inTurn, menu, press } from './opening'

/** What opens over the settings, the profile and the sandbox, and from what stands around screens. */
export const OF_SETTINGS: readonly Screen[] = [
  { name: 'user-menu', path: '/profile', then: inTurn(press(/profile and appearance$/), menu) },
  { name: 'template', path: '/settings/templates', then: press('New template') },
  { name: 'template-menu', path: '/settings/templates', then: inTurn(press(/^What to do with /), menu) },
  { name: 'connect-menu', path: '/settings/channels', then: inTurn(press('Connect'), menu) },
  ...(['mailbox', 'WhatsApp number', 'text message carrier'] as const).map((what) => ({
    name: `connection-${what.split(' ')[0]?.toLowerCase()}`,
    path: '/settings/channels',
    then: inTurn(press('Connect'), choose(`New ${what}`)),
  })),
  {
    name: 'connection-advanced',
    path: '/settings/channels',
    then: inTurn(press('Connect'), choose('New text message carrier'), press('Advanced')),
  },
  { name: 'connection-change', path: '/settings/channels', then: inTurn(press(/^What to do with /), choose('Change')) },
  {
    name: 'connection-test',
    path: '/settings/channels',
    then: async (page) => {
      await press('Test')(page)
      await page.getByRole('button', { name: 'Test again' }).waitFor()
    },
  },
  {
    name: 'opt-out-lift',
    path: async (page) => {
      await stopTexts(page, '+351912000098')
      return '/settings/opt-outs'
    },
    then: press(/^Allow texts again to /),
  },
  { name: 'label-new', path: '/settings/labels', then: press('New label') },
  { name: 'user-new', path: '/settings/users', then: press('Invite somebody') },
  { name: 'user-of-menu', path: '/settings/users', then: inTurn(press(/^What to do with /), menu) },
  { name: 'user-change', path: '/settings/users', then: inTurn(press(/^What to do with /), choose('Change')) },
  { name: 'top-up', path: '/settings/credits', then: press('Top up') },
  {
    name: 'settings-history',
    path: '/settings/organisation',
    then: async (page) => {
      await press('History')(page)
      await page.getByRole('list', { name: 'What was settled before' }).waitFor()
    },
  },
  { name: 'field-new', path: '/settings/fields', then: press('New field') },
  { name: 'feed-new', path: '/settings/feeds', then: press('New feed') },
  { name: 'webhook-new', path: '/settings/webhooks', then: press('New webhook') },
  {
    name: 'record',
    path: '/settings/records',
    then: async (page) => {
      await page.getByRole('table', { name: 'Records' }).getByRole('button').first().click()
      await page.getByRole('dialog').getByText('Seal').waitFor()
    },
  },
  { name: 'sandbox-mailbox', path: '/sandbox', then: inTurn(press(/^What becomes of mail to /), menu) },
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
]
