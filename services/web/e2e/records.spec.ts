import { readFileSync } from 'node:fs'

import type { Page } from '@playwright/test'

import { arrived, ask, somebody } from './guests'
import { expect, open, test, up, userOf } from './signed-in'

interface Held {
  id: string
  version: number
}

/** Offers a trip to a guest whom nobody else writes to, as the team's user; returns what it is called. */
async function offer(page: Page, guest: { id: string; name: string; address: string }): Promise<string> {
  const details = {
    ...{ title: `Two days in Évora (${Date.now()})`, start: '2027-06-01', end: '2027-06-03', zone: 'Europe/Lisbon' },
    ...{ guests: [{ name: guest.name, contact_id: guest.id, lead: true }], price: { amount: 48_000, currency: 'EUR' } },
  }
  const trip = await ask<Held>(page, 'POST', '/itineraries', { data: { details } })
  const made = await ask<Held>(page, 'POST', `/itineraries/${trip.id}/proposals`, { data: { offer: { title: details.title } } })
  await ask(page, 'PUT', `/proposals/${made.id}/link`, { version: made.version, data: {} })
  await page.goto(`${up.address}/itineraries/${trip.id}?tab=proposals`)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Send 1 message' }).click()
  await arrived(page, guest.address, details.title)
  return details.title
}

test('the records answer who sent a price to whom', async ({ page, browser }) => {
  const colleague = await (await browser.newContext()).newPage()
  await open(colleague, '/contacts', 'user')
  const guest = await somebody(colleague, 'email', 7)
  const title = await offer(colleague, guest)
  await colleague.context().close()
  const sender = userOf('user').name

  await open(page, '/settings/records', 'admin')
  const filters = page.getByRole('search', { name: 'What of the records is shown' })
  await filters.getByRole('combobox', { name: 'What' }).click()
  await page.getByRole('option', { name: 'Sent proposals' }).click()
  const about = filters.getByRole('combobox', { name: 'About a contact' })
  await about.fill(guest.name)
  await page.getByRole('option', { name: guest.name }).first().click()

  const table = page.getByRole('table', { name: 'Records' })
  const row = table.getByRole('row').filter({ hasText: title })
  await expect(row).toContainText(sender)
  await expect(row).toContainText(`to ${guest.address}`)
  await row.getByRole('button').click()
  const record = page.getByRole('dialog', { name: 'Proposal · sent' })
  await expect(record.getByText(`${sender} (User)`)).toBeVisible()
  await expect(record.getByText('127.0.0.1')).toBeVisible()
  await expect(record.getByRole('row', { name: /^to / })).toContainText(guest.address)

  // The file holds what is shown, and no more.
  await page.keyboard.press('Escape')
  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export what is shown' }).click()
  const lines = readFileSync(await (await coming).path(), 'utf8').trim().split(/\r?\n/)
  await expect(table.getByRole('row')).toHaveCount(lines.length)
  expect(lines.filter((each) => each.includes(title))).toHaveLength(1)

  // From one entry to all about the contact, and to the message itself.
  await row.getByRole('button').click()
  await record.getByRole('button', { name: 'All about this contact' }).click()
  await filters.getByRole('button', { name: 'Show all' }).click()
  await filters.getByRole('searchbox').fill(`${guest.address} ${title.slice(-14, -1)}`)
  await expect(table.getByRole('row')).toHaveCount(2)
  await row.getByRole('button').click()
  await record.getByRole('button', { name: 'Open' }).click()
  await expect(page).toHaveURL(/\/inbox\/.+message=/)
})

test('who may not, sees no records, and none by their address', async ({ page }) => {
  for (const role of ['supervisor', 'user'] as const) {
    await page.context().clearCookies()
    await open(page, '/contacts', role)
    await page.goto(`${up.address}/settings/records`)
    await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible()
    for (const path of ['/audit', '/audit.csv', '/webhooks']) {
      expect((await page.request.get(`${up.address}/api/v1${path}`)).status()).toBe(403)
    }
  }
})
