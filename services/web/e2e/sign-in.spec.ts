import { expect, settled, test, up, userOf } from './signed-in'

test('somebody signs in, sees what his role may, and signs out', async ({ page }) => {
  const { email, password, name } = userOf('user')
  await page.goto(`${up.address}/contacts?q=ana`)
  await expect(page).toHaveURL(/\/sign-in\?next=/)
  await page.getByRole('textbox', { name: 'Email' }).fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toBeVisible()

  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(`${up.address}/contacts?q=ana`)
  const screens = page.getByRole('navigation', { name: 'Screens' })
  await expect(screens.getByRole('link', { name: 'Inbox' })).toBeVisible()
  await expect(screens.getByRole('link', { name: 'Settings' })).toHaveCount(0)

  // Loaded anew he is still signed in, and can still change things: he leaves.
  await page.reload()
  await settled(page)
  await page.getByRole('button', { name: `${name}: profile and appearance` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/sign-in/)
  await page.goto(`${up.address}/inbox`)
  await expect(page).toHaveURL(/\/sign-in/)
})

test('the page obeys a strict policy', async ({ page, refused }) => {
  const answer = await page.goto(`${up.address}/sign-in`)
  const policy = (await answer?.headerValue('content-security-policy')) ?? ''
  expect(policy).toContain("script-src 'self';")
  expect(policy).not.toContain('unsafe')
  // A script from within is not run, whoever put it there.
  const ran = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.ran = true'
    document.head.append(script)
    return 'ran' in window
  })
  expect(ran).toBe(false)
  expect(refused.splice(0)).toEqual([expect.stringContaining('Executing inline script violates')])
})
