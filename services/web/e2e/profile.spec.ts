import { createHmac } from 'node:crypto'

import type { Browser } from '@playwright/test'

import { ask } from './guests'
import { expect, open, settled, test, up, userOf } from './signed-in'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The six digits that an authenticator app shows now (RFC 6238). */
function codeOf(secret: string): string {
  const bits = Array.from(secret, (letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const mac = createHmac('sha1', key).update(step).digest()
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

test('a second factor is set up, and switched off again', async ({ page }) => {
  await open(page, '/profile/security', 'user')
  await page.getByRole('button', { name: 'Set up a second factor' }).click()
  const dialog = page.getByRole('dialog')
  const password = dialog.getByRole('textbox', { name: 'Password' })
  await password.fill('not the password')
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await expect(dialog.getByText('is not the present password')).toBeVisible()
  await expect(password).toBeFocused()
  await password.fill(userOf('user').password)
  await dialog.getByRole('button', { name: 'Continue' }).click()

  const code = dialog.getByRole('textbox', { name: 'Code' })
  await expect(code).toBeFocused()
  const secret = (await dialog.getByText(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/).innerText()).replaceAll(' ', '')
  await code.fill('000')
  await code.press('Enter')
  await expect(dialog.getByText('is not the present code of the app')).toBeVisible()
  await code.fill(codeOf(secret))
  await code.press('Enter')

  await expect(dialog.getByRole('listitem')).toHaveCount(10)
  await page.keyboard.press('Escape')
  await dialog.getByRole('button', { name: 'I have kept it' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('Switched on')).toBeVisible()

  await page.getByRole('button', { name: 'Switch the second factor off' }).click()
  await password.fill(userOf('user').password)
  await password.press('Enter')
  await expect(page.getByRole('button', { name: 'Set up a second factor' })).toBeVisible()
})

test('a token is shown once, and revoked', async ({ page }) => {
  await open(page, '/profile/tokens', 'user')
  await page.getByRole('button', { name: 'New token' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Nightly report')
  await dialog.getByRole('checkbox', { name: 'Read' }).uncheck()
  await dialog.getByRole('checkbox', { name: 'Send' }).check()
  await dialog.getByRole('button', { name: 'Make the token' }).click()
  await expect(dialog.getByText('This is shown only now.')).toBeVisible()
  await dialog.getByRole('button', { name: 'I have kept it' }).click()
  await expect(page.getByRole('button', { name: 'New token' })).toBeFocused()

  const row = page.getByRole('row', { name: /Nightly report/ })
  await expect(row).toContainText('Send')
  await row.getByRole('button', { name: 'Revoke Nightly report' }).click()
  await row.getByRole('button', { name: 'Really revoke Nightly report?' }).click()
  await expect(row).toHaveCount(0)
})

test('what one hears of is kept, but for what guards the account', async ({ page }) => {
  await open(page, '/profile/notifications', 'user')
  const mail = page.getByRole('checkbox', { name: 'A message for you came in: Mail' })
  await expect(page.getByRole('checkbox', { name: 'Password or second factor changed: Mail' })).toBeDisabled()
  await mail.uncheck()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved')).toBeVisible()
  await page.reload()
  await expect(mail).not.toBeChecked()
})

test('a wrong present password is said at its field', async ({ page }) => {
  await open(page, '/profile/security', 'user')
  await page.getByRole('button', { name: 'Change the password' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Present password' }).fill('not the password')
  await dialog.getByRole('textbox', { name: 'New password' }).fill('a long enough one')
  await dialog.getByRole('button', { name: 'Change the password' }).click()
  await expect(dialog.getByText('is not the present password')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Change the password' })).toBeFocused()
})

/** Somebody signed in once more, as on another device: he shares the session of no other test. */
async function elsewhere(browser: Browser) {
  const context = await browser.newContext()
  const { email, password } = userOf('supervisor')
  const answer = await context.request.post(`${up.address}/api/v1/session`, { data: { email, password } })
  expect(answer.status()).toBe(201)
  return context.newPage()
}

test('all other sessions are ended, and this one stays', async ({ browser }) => {
  const [here, there] = [await elsewhere(browser), await elsewhere(browser)]
  await there.goto(`${up.address}/profile`)
  await expect(there.getByRole('heading', { level: 1 })).toBeVisible()

  await here.goto(`${up.address}/profile/security`)
  await here.getByRole('button', { name: 'End all others' }).click()
  await expect(here.getByRole('table', { name: 'Where you are signed in' }).getByRole('row')).toHaveCount(2) // with its head
  await expect(here.getByRole('button', { name: 'End all others' })).toHaveCount(0)

  await there.reload()
  await expect(there).toHaveURL(/\/sign-in/)
  await here.reload()
  await settled(here)
  await expect(here).toHaveURL(/\/profile\/security/)
  await here.context().close()
  await there.context().close()
})

test('until there is the second factor that must be, nothing but the way to it is shown', async ({ browser, page }) => {
  await open(page, '/profile')
  const must = async (roles: string[]) => {
    const { settings, version } = await ask<{ settings: object; version: number }>(page, 'GET', '/settings')
    await ask(page, 'PUT', '/settings', { version, data: { settings: { ...settings, second_factor_roles: roles } } })
  }
  await must(['supervisor'])
  try {
    const confined = await elsewhere(browser)
    for (const path of ['/inbox', '/profile/tokens', '/settings']) {
      await confined.goto(up.address + path)
      await expect(confined).toHaveURL(`${up.address}/profile/security`)
    }
    await expect(confined.getByRole('button', { name: 'Set up a second factor' })).toBeVisible()
    await expect(confined.getByRole('navigation', { name: 'Screens' }).getByRole('link')).toHaveText(['Fairlead'])
    await expect(confined.getByRole('button', { name: 'Change the password' })).toHaveCount(0)
    await expect(confined.getByText('Search people, trips, messages')).toHaveCount(0)
    await expect(confined.getByRole('button', { name: /^Notifications/ })).toHaveCount(0)
    await confined.getByRole('button', { name: /profile and appearance$/ }).click()
    await expect(confined.getByRole('menuitem')).toHaveText(['Sign out'])
    await confined.context().close()
  } finally {
    await must([])
  }
})
