import type { Screen } from '../screens'
import { choose, contact, inTurn, menu, press } from './opening'

const FILE = `Given name;Surname;E-mail;Mobile;Remarks
Inês;Carvalho;ines.carvalho@example.org;+351 912 000 111;Prefers the morning
Bjørn;Haugen;bjorn@example.org;;
`

/** What opens over contacts. */
export const OF_PEOPLE: readonly Screen[] = [
  { name: 'contact-new', path: '/contacts', then: press('New contact') },
  { name: 'contact-change', path: contact, then: press('Change') },
  { name: 'contact-merge', path: contact, then: press('Merge') },
  { name: 'contact-consent', path: contact, then: press('Write down a decision') },
  { name: 'contact-consents', path: contact, then: press('History') },
  { name: 'contacts-filters', path: '/contacts', then: press('More filters') },
  { name: 'contacts-more', path: '/contacts', then: inTurn(press('More'), menu) },
  { name: 'duplicates', path: '/contacts', then: inTurn(press('More'), choose('Probable duplicates')) },
  { name: 'mailings', path: '/contacts', then: inTurn(press('More'), choose('Messages to many')) },
  { name: 'mailing', path: '/contacts?kind=supplier', then: press('Write to all') },
  {
    name: 'import-mapping',
    path: '/imports',
    then: async (page) => {
      await page.locator('input[type=file]').setInputFiles({ name: 'guests.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
      await page.getByText('Given name').waitFor()
    },
  },
]
