import { expect, open, test, up, userOf } from './signed-in'

test('the shell is used by keyboard', async ({ page }) => {
  await open(page, '/profile')
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('g')
  await page.keyboard.press('d')
  await expect(page).toHaveURL(`${up.address}/concierge`)
})

test('a person is found, and opened', async ({ page }) => {
  await open(page, '/profile')
  const answer = await page.request.get(`${up.address}/api/v1/contacts?limit=1`)
  const { contacts } = (await answer.json()) as { contacts: { id: string; name: string }[] }
  const [contact] = contacts
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder('Search people, trips, messages').fill(contact?.name ?? '')
  await page.getByRole('button', { name: contact?.name ?? '' }).first().click()
  await expect(page).toHaveURL(/\/contacts\//)
})

test('the language changes everywhere, and stays', async ({ page }) => {
  await open(page, '/profile')
  await page.getByRole('button', { name: `${userOf('owner').name}: profile and appearance` }).click()
  await page.getByText('Español').click()
  await expect(page.getByRole('navigation', { name: 'Pantallas' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Perfil' })).toBeVisible()
  expect(await page.locator('html').getAttribute('lang')).toBe('es')
})

test('it says that the network is away, and catches up by itself', async ({ page, context }) => {
  await open(page, '/inbox')
  await context.setOffline(true)
  await expect(page.getByText('No connection.', { exact: false })).toBeVisible()
  await context.setOffline(false)
  await expect(page.getByText('No connection.', { exact: false })).toHaveCount(0)
})
