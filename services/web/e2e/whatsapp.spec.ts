import { ask, somebody, upload, VOICE } from './guests'
import { expect, open, test } from './signed-in'

test('a chat has pictures with captions, checks that turn blue, and an answer that is quoted', async ({ page }) => {
  await open(page, '/whatsapp')
  const guest = await somebody(page, 'phone')
  // A phone's address there is its number without the plus.
  const address = guest.address.replace('+', '')
  const phone = (on: boolean) => ask(page, 'PUT', '/sandbox/handsets', { data: { address, on } })
  const run = String(Date.now())
  const photo = await page.screenshot()
  await phone(true)

  // A new chat with somebody of the contacts.
  await page.getByRole('button', { name: 'New chat' }).click()
  const dialog = page.getByRole('dialog', { name: 'New chat' })
  await dialog.getByRole('combobox', { name: 'To' }).fill(guest.name)
  await page.getByRole('option', { name: new RegExp(guest.name) }).first().click()
  await dialog.getByRole('textbox', { name: 'Message' }).fill(`Welcome! This is your driver. ${run}`)
  await dialog.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page).toHaveURL(/\/whatsapp\/[0-9a-f-]{36}/)
  const thread = page.getByRole('log')
  const said = (words: string) => thread.getByRole('article', { name: /^Message from/ }).filter({ hasText: `${words} ${run}` })
  await expect(said('This is your driver.').getByRole('img', { name: 'Delivered' })).toBeVisible()

  // The guest asks; a picture answers, seen before it goes, while his phone is off.
  await ask(page, 'POST', '/sandbox/chats', { data: { address, text: `Which car is it? ${run}` } })
  const question = said('Which car is it?')
  await question.hover()
  await question.getByRole('button', { name: 'What to do with it' }).click()
  await page.getByRole('menuitem', { name: 'Reply' }).click()
  await phone(false)
  await page.locator('input[type=file]').setInputFiles({ name: 'car.png', mimeType: 'image/png', buffer: photo })
  await expect(page.getByRole('button', { name: 'Look at car.png' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Message' }).fill(`The blue one. ${run}`)
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
  const answer = said('The blue one.')
  await expect(answer.getByRole('button', { name: /To the quoted message/ })).toBeVisible()
  await expect(answer.getByRole('img', { name: 'car.png' })).toBeVisible()

  // One check; his phone is on: two; he reads it: they are blue.
  await expect(answer.getByRole('img', { name: 'Sent', exact: true })).toBeVisible()
  await phone(true)
  await expect(answer.getByRole('img', { name: 'Delivered', exact: true })).toBeVisible()
  const chat = await ask<{ id: string; text: string; from_us: boolean }[]>(page, 'GET', `/sandbox/chats?address=${address}`)
  const onPhone = chat.find((each) => each.from_us && each.text.includes(run))
  await ask(page, 'POST', `/sandbox/chats/${onPhone?.id ?? ''}/read`)
  await expect(answer.getByRole('img', { name: 'Read', exact: true })).toBeVisible()
  await expect(said('This is your driver.').getByRole('img', { name: 'Read', exact: true })).toBeVisible()

  // He speaks.
  const file = await upload(page, VOICE)
  await ask(page, 'POST', '/sandbox/chats', { data: { address, files: [file] } })
  await expect(thread.getByRole('article').last().locator('audio[controls]')).toBeVisible()
})
