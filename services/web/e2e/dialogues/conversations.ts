import { ask, somebody, upload } from '../guests'
import { first, groupThread, type Screen, whatsappThread } from '../screens'
import { expect } from '../signed-in'
import { choose, inTurn, menu, press, type Step } from './opening'

const mail: Screen['path'] = async (page) => `/inbox/${await first(page, '/conversations?channel=email&limit=1', 'conversations')}`

const write: Step = (page) => page.getByRole('textbox', { name: 'Message', exact: true }).fill('We meet you at arrivals.')

/** What is done with the message that was said last. */
const messageMenu: Step = async (page) => {
  await page.getByRole('article', { name: /^Message from/ }).last().hover()
  await page.getByRole('button', { name: 'What to do with it' }).last().click()
  await menu(page)
}

const groupPanel: Step = async (page) => {
  const panel = page.getByRole('region', { name: 'About the group' })
  await page.getByRole('button', { name: 'About the group' }).waitFor()
  if (!(await panel.isVisible())) await press('About the group')(page)
  await panel.getByRole('list', { name: 'Participants' }).waitFor()
}

const personPanel: Step = async (page) => {
  const panel = page.getByRole('region', { name: 'About the person' })
  if (!(await panel.isVisible())) await press('About the person')(page)
  await panel.waitFor()
}

/** A chat in which a picture came. */
const chatWithPicture: Screen['path'] = async (page) => {
  const guest = await somebody(page, 'phone', 3)
  const file = { name: 'beach.png', mimeType: 'image/png', buffer: Buffer.from(DOT, 'base64') }
  await ask(page, 'POST', '/sandbox/chats', { data: { address: guest.address, text: 'Here we are', files: [await upload(page, file)] } })
  const found = () => first(page, `/conversations?contact_id=${guest.id}&channel=whatsapp&limit=1`, 'conversations')
  await expect.poll(() => found().catch(() => '')).not.toBe('')
  return `/whatsapp/${await found()}`
}

const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** What opens over a conversation. */
export const OF_CONVERSATIONS: readonly Screen[] = [
  { name: 'inbox-filters', path: '/inbox', then: press(/^More filters/) },
  { name: 'conversation-menu', path: mail, then: inTurn(press('More'), menu) },
  { name: 'assign', path: mail, then: press(/Choose the responsible user|Responsible: /) },
  { name: 'labels-of-conversation', path: mail, then: inTurn(press('More'), choose('Labels')) },
  { name: 'put-off', path: mail, then: inTurn(press('More'), choose('Put off')) },
  { name: 'notify', path: mail, then: inTurn(press('More'), choose('Notify')) },
  { name: 'merge-into', path: mail, then: inTurn(personPanel, press(/^(Merge|Link to a contact)$/)) },
  { name: 'later-menu', path: mail, then: inTurn(write, press('Send later'), menu) },
  { name: 'later', path: mail, then: inTurn(write, press('Send later'), choose('Choose a time')) },
  { name: 'templates', path: mail, then: (page) => page.getByRole('textbox', { name: 'Message', exact: true }).fill('/') },
  { name: 'message-menu', path: whatsappThread, then: messageMenu },
  { name: 'put-on-itinerary', path: whatsappThread, then: inTurn(messageMenu, choose(/itinerary$/)) },
  { name: 'attach-menu', path: whatsappThread, then: inTurn(press('Attach'), menu) },
  { name: 'location', path: whatsappThread, then: inTurn(press('Attach'), choose('Location')) },
  {
    name: 'contact-card',
    path: whatsappThread,
    then: async (page) => {
      await inTurn(press('Attach'), choose('Contact'))(page)
      const guest = await somebody(page, 'phone')
      await page.getByRole('combobox', { name: 'Whose contact' }).fill(guest.name)
      await page.getByRole('option', { name: guest.name }).click()
      await page.getByRole('checkbox').first().waitFor()
    },
  },
  { name: 'picture', path: chatWithPicture, then: (page) => page.getByRole('log').getByRole('button', { name: /beach/ }).first().click() },
  { name: 'group-add', path: groupThread, then: inTurn(groupPanel, press('Add participants')) },
  { name: 'group-leave', path: groupThread, then: inTurn(groupPanel, press('Leave the group')) },
  { name: 'group-participant', path: groupThread, then: inTurn(groupPanel, press(/^What to do with /), menu) },
]
