import { readFileSync } from 'node:fs'

import { type BrowserContext, type Cookie, expect, type Page, test as base } from '@playwright/test'

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

// One sign-in for each role: to check a password takes the server its time, by design.
const sessions = new Map<User['role'], Cookie[]>()

/** Signs in by the API. */
export async function signIn(context: BrowserContext, role: User['role'] = 'owner'): Promise<void> {
  const known = sessions.get(role)
  if (known !== undefined) return context.addCookies(known)
  const { email, password } = userOf(role)
  const answer = await context.request.post(`${up.address}/api/v1/session`, { data: { email, password } })
  expect(answer.status(), await answer.text()).toBe(201)
  sessions.set(role, await context.cookies())
}

/** Opens `path` as who has the role, and waits for what it shows. */
export async function open(page: Page, path: string, role: User['role'] = 'owner'): Promise<void> {
  await signIn(page.context(), role)
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
        // What the server refused, and the network that a test took away, are not the page's fault;
        // and what Playwright runs in a frame without scripts to look into it is not of the page.
        const other = /Failed to load resource|ERR_INTERNET_DISCONNECTED|Blocked script execution in '(about:blank|[^']+\/messages\/[^']+\/page)'/
        if (message.type() === 'error' && !other.test(message.text())) complaints.push(message.text())
      })
      await use(complaints)
      expect(complaints).toEqual([])
    },
    { auto: true },
  ],
})

export { expect }
