import { readFileSync } from 'node:fs'

import { expect, type Page, test as base } from '@playwright/test'

interface User {
  role: 'owner' | 'admin' | 'supervisor' | 'user'
  name: string
  email: string
  password: string
}

/** The running sandbox: where it is, and who can sign in. */
export const up = JSON.parse(readFileSync(process.env.FAIRLEAD_UP ?? 'var/up.json', 'utf8')) as {
  address: string
  users: User[]
}

export function userOf(role: User['role']): User {
  const found = up.users.find((each) => each.role === role)
  if (found === undefined) throw new Error(`The demo has no ${role}`)
  return found
}

/** Signs in by the API. */
export async function signIn(browser: Pick<Page, 'request'>, role: User['role'] = 'owner'): Promise<void> {
  const { email, password } = userOf(role)
  const data = { email, password }
  const answer = await browser.request.post(`${up.address}/api/v1/session`, { data })
  expect(answer.status()).toBe(201)
}

/** Signs in by the API, and opens `path`. */
export async function open(page: Page, path: string, role: User['role'] = 'owner'): Promise<void> {
  await signIn(page, role)
  await page.goto(up.address + path)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await settled(page)
}

/** Waits until nothing is loading any more. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0)
}

/**
 * As Playwright's, and fails where the page broke a rule of its policy or logged an error. A test that
 * means it to takes what it expected out of `refused`.
 */
export const test = base.extend<{ refused: string[] }>({
  refused: [
    async ({ page }, use) => {
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        // What the server refused, and the network that a test took away, are not the page's fault.
        const network = /Failed to load resource|ERR_INTERNET_DISCONNECTED/.test(message.text())
        if (message.type() === 'error' && !network) complaints.push(message.text())
      })
      await use(complaints)
      expect(complaints).toEqual([])
    },
    { auto: true },
  ],
})

export { expect }
