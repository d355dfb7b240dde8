import { createHmac } from 'node:crypto'

import { expect, open, test, userOf } from './signed-in'

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
