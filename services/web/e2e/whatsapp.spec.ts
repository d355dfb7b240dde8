import { ask, somebody } from './guests'
import { expect, open, test } from './signed-in'

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFUlEQVR4nGP8z8Dwn4GBgYGJAQoAHxcCAk+Uzr4AAAAASUVORK5CYII=',
  'base64',
)

test('a chat has pictures with captions, checks that turn blue, and an answer that is quoted', async ({ page }) => {
  await open(page, '/whatsapp')
  const guest = await somebody(page, 'phone')
  // A phone's address there is its number without the plus.
  const address = guest.address.replace('+', '')
  await ask(page, 'PUT', '/sandbox/handsets', { address, on: true })

  // A new chat with somebody of the contacts.
  await page.getByRole('button', { name: 'New chat' }).click()
  const dialog = page.getByRole('dialog', { name: 'New chat' })
  await dialog.getByRole('textbox', { name: 'To' }).fill(guest.name)
  await page.getByRole('option', { name: new RegExp(guest.name) }).first().click()
  await dialog.getByRole('textbox', { name: 'Message' }).fill('Welcome! This is your driver.')
  await dialog.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page).toHaveURL(/\/whatsapp\/[0-9a-f-]{36}/)
  const thread = page.getByRole('log')
  const first = thread.getByRole('article', { name: /^Message from/ }).filter({ hasText: 'This is your driver.' }).last()
  await expect(first.getByRole('img', { name: 'Delivered' })).toBeVisible({ timeout: 30_000 })

  // Read on the phone: the checks say so by themselves.
  const chat = (await (await ask(page, 'GET', `/sandbox/chats?address=${address}`)).json()) as { id: string }[]
  await ask(page, 'POST', `/sandbox/chats/${chat[0]?.id ?? ''}/read`)
  await expect(first.getByRole('img', { name: 'Read', exact: true })).toBeVisible({ timeout: 20_000 })

  // The guest writes; a picture goes back, seen before it goes, and quotes him.
  await ask(page, 'POST', '/sandbox/chats', { address, text: 'Which car is it?' })
  const question = thread.getByRole('article', { name: /^Message from/ }).filter({ hasText: 'Which car is it?' })
  await expect(question).toBeVisible({ timeout: 20_000 })
  await question.hover()
  await question.getByRole('button', { name: 'What to do with it' }).click()
  await page.getByRole('menuitem', { name: 'Reply' }).click()
  await page.locator('input[type=file]').setInputFiles({ name: 'car.png', mimeType: 'image/png', buffer: PIXEL })
  await expect(page.getByRole('button', { name: 'Look at car.png' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Message' }).fill('The blue one.')
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
  const answer = thread.getByRole('article', { name: /^Message from/ }).filter({ hasText: 'The blue one.' })
  await expect(answer.getByRole('button', { name: /To the quoted message/ })).toBeVisible({ timeout: 30_000 })
  await expect(answer.getByRole('button', { name: 'car.png' }).or(answer.getByText('car.png'))).toBeVisible()
})
