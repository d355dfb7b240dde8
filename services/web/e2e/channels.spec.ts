import { ask, somebody, stopTexts } from './guests'
import { expect, open, signIn, test } from './signed-in'

interface Texts {
  channel: string
  details: { label: string; kind: string; stop_words: string[]; validity_hours: number; smpp: { window: number; joining: string } | null }
}

test('a carrier of text messages is made with what few need, which opens where the API has something against it', async ({ page }) => {
  await open(page, '/settings/channels')
  const label = `Carrier ${Date.now()}`
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('menuitem', { name: 'New text message carrier' }).click()
  const form = page.getByRole('dialog', { name: 'New text message carrier' })
  const field = (name: string) => form.getByRole('textbox', { name, exact: true })
  await field('What you call it').fill(label)
  await form.getByRole('textbox', { name: /^Sender/ }).fill('ATLAS')
  await field('Server').fill('smpp.carrier.example')
  await field('System ID').fill('atlas')
  await form.getByLabel('Password', { exact: true }).fill('secret')
  const fold = form.getByRole('button', { name: 'Advanced' })
  await fold.click()
  await field('Texts at once').fill('3')
  await field('System type').fill('açores')
  await form.getByRole('combobox', { name: 'How long texts hold together' }).click()
  await page.getByRole('option', { name: 'The carrier cuts the text' }).click()
  const words = form.getByRole('combobox', { name: 'More words that stop texts' })
  await words.fill('parar')
  await words.press('Enter')
  await fold.click()
  await expect(field('System type')).toBeHidden()
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(field('System type')).toBeFocused()
  await expect(form.getByText('letters, digits and signs only (ASCII)')).toBeVisible()
  await field('System type').fill('')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('article', { name: label })).toBeVisible()
  const all = await ask<Texts[]>(page, 'GET', '/connections')
  expect(all.find((each) => each.details.label === label)?.details).toMatchObject({
    kind: 'smpp', stop_words: ['parar'], validity_hours: 48, smpp: { window: 3, joining: 'payload' },
  })
})

test('who wrote STOP is found by his number, and let back in by those who may', async ({ page }) => {
  const number = `+3519${String(Date.now()).slice(-8)}`
  await open(page, '/settings/opt-outs', 'user')
  await stopTexts(page, number)
  await page.getByRole('searchbox', { name: 'Find a number' }).fill(`00${number.slice(1, 9)} ${number.slice(9)}`)
  const row = page.getByRole('row', { name: number })
  await expect(row).toContainText('STOP')
  await expect(row.getByRole('button')).toHaveCount(0)

  await page.goto('about:blank') // a page whose session goes may ask for something just then
  await page.context().clearCookies()
  await open(page, `/settings/opt-outs?number=${number.slice(1)}`, 'admin')
  await row.getByRole('button', { name: `Allow texts again to ${number}` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Allow texts again' }).click()
  await expect(page.getByText('No such number here')).toBeVisible()
})

test('a place and a contact are handed on in a chat', async ({ page }) => {
  await signIn(page.context())
  const guest = await somebody(page, 'phone', 2)
  const address = guest.address.replace('+', '')
  const name = `Pier ${Date.now()}`
  await ask(page, 'POST', '/sandbox/chats', { data: { address, text: 'Where do we meet?' } })
  const chats = () => ask<{ conversations: { id: string; address: string }[] }>(page, 'GET', '/conversations?channel=whatsapp&limit=20')
  let id = ''
  await expect.poll(async () => (id = (await chats()).conversations.find((each) => each.address === address)?.id ?? '')).not.toBe('')
  await open(page, `/whatsapp/${id}`)

  await page.getByRole('button', { name: 'Attach', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Location' }).click()
  const place = page.getByRole('dialog', { name: 'Location' })
  await place.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await place.getByRole('textbox', { name: 'Link or coordinates from a map' }).fill('https://www.google.com/maps/@38.6916,-9.216,17z')
  await expect(place.getByRole('textbox', { name: 'Latitude' })).toHaveValue('38.6916')
  await place.getByRole('button', { name: 'Add' }).click()

  await page.getByRole('button', { name: 'Attach', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Contact' }).click()
  const card = page.getByRole('dialog', { name: 'Contact' })
  await card.getByRole('combobox', { name: 'Whose contact' }).fill(guest.name)
  await page.getByRole('option', { name: guest.name }).click()
  await expect(card.getByRole('checkbox', { name: guest.address })).toBeChecked()
  await card.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('button', { name: 'Send', exact: true }).click()

  const said = page.getByRole('log').getByRole('article', { name: /^Message from/ }).filter({ hasText: name })
  await expect(said.getByRole('link', { name })).toHaveAttribute('href', /mlat=38.6916&mlon=-9.216/)
  // In the list of chats, too.
  await expect(page.getByText(new RegExp(`^${name}, ${guest.name}`))).toBeVisible()
  interface OnPhone {
    place: { name: string } | null
    cards: { name: string; phones: string[] }[]
  }
  const phone = () => ask<OnPhone[]>(page, 'GET', `/sandbox/chats?address=${address}`)
  await expect.poll(async () => (await phone()).some((each) => each.place?.name === name)).toBe(true)
  await expect.poll(async () => (await phone()).flatMap(({ cards }) => cards.flatMap(({ phones }) => phones))).toContain(guest.address)
})
