// The demo's people, who write and read through the sandbox as guests do.

import type { APIResponse, Page } from '@playwright/test'

import { expect, up } from './signed-in'

const API = `${up.address}/api/v1`

/** A request of who is signed in in `page`. */
export async function ask(page: Page, method: 'GET' | 'POST' | 'PUT', path: string, data?: unknown): Promise<APIResponse> {
  const session = (await (await page.request.get(`${API}/session`)).json()) as { csrf: string }
  const answer = await page.request.fetch(API + path, {
    method,
    headers: { 'X-CSRF-Token': session.csrf },
    ...(data !== undefined && { data }),
  })
  expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true)
  return answer
}

interface Contact {
  id: string
  name: string
  identities: { scheme: string; value: string }[]
}

/** A traveller whom the demo knows, with a mailbox or a phone. */
export async function somebody(page: Page, scheme: 'email' | 'phone', nth = 0): Promise<Contact & { address: string }> {
  const { contacts } = (await (await ask(page, 'GET', '/contacts?kind=traveller&limit=100')).json()) as { contacts: Contact[] }
  const found = contacts.filter((each) => each.identities.some((one) => one.scheme === scheme))[nth]
  const address = found?.identities.find((each) => each.scheme === scheme)?.value
  if (!found || address === undefined) throw new Error(`Nobody has a ${scheme}`)
  return { ...found, address }
}

interface Connection {
  id: string
  channel: string
  details: { label: string; address?: string; default: boolean }
}

export async function connectionOf(page: Page, channel: string): Promise<Connection> {
  const all = (await (await ask(page, 'GET', '/connections')).json()) as Connection[]
  const ours = all.filter((each) => each.channel === channel)
  const found = ours.find((each) => each.details.default) ?? ours[0]
  if (!found) throw new Error(`There is no ${channel}`)
  return found
}
