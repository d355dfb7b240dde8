import type { Page } from '@playwright/test'

import { ask, connectionOf } from './guests'
import { expect, open, test, up } from './signed-in'

/** How the API answers a request of who is signed in, whatever the page offers him. */
async function status(page: Page, method: 'GET' | 'POST', path: string): Promise<number> {
  const { csrf } = await ask<{ csrf: string }>(page, 'GET', '/session')
  const data = method === 'POST' ? {} : undefined
  const answer = await page.request.fetch(`${up.address}/api/v1${path}`, { method, data, headers: { 'X-CSRF-Token': csrf } })
  return answer.status()
}

const places = (page: Page) => page.getByRole('navigation', { name: 'Screens' }).getByRole('link')

test('a user sees and reaches nothing that the rights table keeps from him', async ({ page }) => {
  await open(page, '/contacts', 'user')
  await expect(places(page).filter({ hasText: 'Contacts' })).toBeVisible()
  await expect(places(page).filter({ hasText: 'Settings' })).toHaveCount(0)

  // Of a list he may write to all, and take it nowhere.
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await expect(page.getByRole('menuitem', { name: 'Import' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Export this list' })).toHaveCount(0)
  await page.keyboard.press('Escape')
  expect(await status(page, 'POST', '/contacts/export')).toBe(403)

  // Neither by keys nor by address does he come to what he may not settle.
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await expect(page).toHaveURL(/\/contacts/)
  for (const section of ['organisation', 'users', 'channels', 'templates', 'labels', 'fields', 'feeds', 'credits', 'records', 'webhooks']) {
    await page.goto(`${up.address}/settings/${section}`)
    await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible()
  }
  const { id } = await connectionOf(page, 'email')
  expect(await status(page, 'POST', `/connections/${id}/test`)).toBe(403)
  expect(await status(page, 'GET', '/audit')).toBe(403)

  // What was paid he sees and enters; he takes nothing back.
  const { itineraries } = await ask<{ itineraries: { id: string }[] }>(page, 'GET', '/itineraries?state=confirmed&limit=1')
  await page.goto(`${up.address}/itineraries/${itineraries[0]?.id ?? ''}?tab=payments`)
  await expect(page.getByRole('button', { name: 'Record a payment' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Take back' })).toHaveCount(0)
})

test('a supervisor settles words and labels, and no channels or users', async ({ page }) => {
  await open(page, '/settings', 'supervisor')
  const sections = page.getByRole('navigation', { name: 'What to settle' }).getByRole('link')
  await expect(sections).toHaveText(['Templates', 'Labels', 'Calendar feeds', 'Sent log', 'Opt-outs'])
  await page.goto(`${up.address}/settings/channels`)
  await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible()
})

test('an admin settles all', async ({ page }) => {
  await open(page, '/settings/channels', 'admin')
  await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'What to settle' }).getByRole('link')).toHaveCount(13)
})
