import { somebody } from './guests'
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
  const { name } = await somebody(page, 'email')
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder('Search people, trips, messages').fill(name)
  await page.getByRole('button', { name }).first().click()
  await expect(page).toHaveURL(/\/contacts\//)
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
})

test('the language changes everywhere, and stays', async ({ page }) => {
  await open(page, '/imports') // the profile names the languages too
  await page.getByRole('button', { name: `${userOf('owner').name}: profile and appearance` }).click()
  await page.getByText('Español').click()
  await expect(page.getByRole('navigation', { name: 'Pantallas' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Importar y exportar' })).toBeVisible()
  expect(await page.locator('html').getAttribute('lang')).toBe('es')
})
