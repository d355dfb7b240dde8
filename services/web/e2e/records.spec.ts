import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

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

  // From one entry to all about the contact.
  await row.getByRole('button').click()
  await record.getByRole('button', { name: 'All about this contact' }).click()
  await filters.getByRole('button', { name: 'Show all' }).click()
  await filters.getByRole('searchbox').fill(`${guest.address} ${title.slice(-14, -1)}`)
  await expect(table.getByRole('row')).toHaveCount(2)
})

/** A system of somebody else's: what it was told, and with what it answers next. */
async function listener() {
  const heard: { headers: IncomingHttpHeaders; body: string }[] = []
  const answer = { status: 200, body: 'our disk is full' }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      heard.push({ headers: request.headers, body })
      response.writeHead(answer.status).end(answer.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { heard, answer, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, close: () => server.close() }
}

test('a webhook is made, what it answered is seen, and it is told again', async ({ page }) => {
  const system = await listener()
  await open(page, '/settings/webhooks', 'admin')
  await page.getByRole('button', { name: 'New webhook' }).click()
  const form = page.getByRole('dialog', { name: 'New webhook' })
  await form.getByRole('textbox', { name: 'Address' }).fill('ftp://nowhere.example')
  await form.getByRole('button', { name: 'Make it' }).click()
  await expect(form.getByText('Choose at least one')).toBeVisible()
  await form.getByRole('checkbox', { name: 'A contact changed' }).check()
  await form.getByRole('button', { name: 'Make it' }).click()
  await expect(form.getByText('the address must begin with https://')).toBeVisible()
  await form.getByRole('textbox', { name: 'Address' }).fill(system.url)
  await form.getByRole('button', { name: 'Make it' }).click()
  const secret = page.getByRole('dialog').getByText(/^whsec_/)
  await expect(secret).toBeVisible()
  await page.getByRole('button', { name: 'I have kept it' }).click()
  await expect(secret).toHaveCount(0)

  // It fails, and its answer is shown; told again by hand, it is the same delivery.
  system.answer.status = 507
  const row = page.getByRole('article', { name: system.url })
  await row.getByRole('button', { name: 'Test' }).click()
  const drawer = page.getByRole('dialog', { name: `Deliveries to ${system.url}` })
  const attempts = drawer.getByRole('list', { name: 'Attempts' }).getByRole('listitem')
  await expect(attempts).toContainText('HTTP 507')
  await expect(attempts.getByRole('region', { name: 'Answer' })).toHaveText('our disk is full')
  await expect(drawer.getByText('Given up')).toBeVisible()
  system.answer.status = 200
  await drawer.getByRole('button', { name: 'Send it again' }).click()
  await expect(attempts).toHaveCount(2)
  await expect(attempts.first()).toContainText('HTTP 200')
  await expect(drawer.getByText('Arrived')).toBeVisible()
  expect(system.heard.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(['webhook.test', 'webhook.test'])
  expect(new Set(system.heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1)

  // Switched off, it hears nothing more, and nothing can be sent again.
  await page.keyboard.press('Escape')
  await row.getByRole('button', { name: /^What to do with / }).click()
  await page.getByRole('menuitem', { name: 'Switch off' }).click()
  await expect(row.getByText('Off', { exact: true })).toBeVisible()
  await row.getByRole('button', { name: 'Deliveries' }).click()
  await drawer.getByRole('button', { name: /^A test/ }).click()
  await expect(drawer.getByText('Switch the webhook on to send it again.')).toBeVisible()
  system.close()
})

const CALENDAR = [
  ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//portal//EN', 'BEGIN:VEVENT', 'UID:blocked@portal.example', 'DTSTAMP:20261201T000000Z'],
  ...['DTSTART;VALUE=DATE:20270901', 'DTEND;VALUE=DATE:20270904', 'SUMMARY:Not available', 'END:VEVENT', 'END:VCALENDAR', ''],
].join('\r\n')

test('a calendar is fetched, says why it fails, and is removed', async ({ page }) => {
  const portal = await listener()
  portal.answer.body = CALENDAR
  await open(page, '/settings/feeds', 'supervisor')
  await page.getByRole('button', { name: 'New feed' }).click()
  const form = page.getByRole('dialog', { name: 'New feed' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Casa do Mar')
  await form.getByRole('textbox', { name: 'Address of the calendar' }).fill(portal.url)
  await form.getByRole('combobox', { name: 'Portal' }).fill('Sea and Stay')
  await form.getByRole('button', { name: 'Save' }).click()
  const row = page.getByRole('article', { name: 'Casa do Mar' })
  await expect(row.getByText('1 blocked')).toBeVisible()
  await expect(row.getByText('Works')).toBeVisible()
  await expect(row).toContainText('Sea and Stay')
  await row.getByRole('button', { name: 'Entries' }).click()
  await expect(page.getByRole('dialog').getByRole('row', { name: /1.*4 Sept? 2027/ })).toContainText('Blocked')
  await page.keyboard.press('Escape')

  portal.answer.status = 404
  await row.getByRole('button', { name: 'Fetch now' }).click()
  await expect(row.getByText('the address answered HTTP 404')).toBeVisible()
  await expect(row.getByText('Fails')).toBeVisible()

  await row.getByRole('button', { name: 'What to do with Casa do Mar' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await page.getByRole('menuitem', { name: 'Really remove?' }).click()
  await expect(row).toHaveCount(0)
  portal.close()
})

test('a field of our own is added, renamed and removed', async ({ page }) => {
  await open(page, '/settings/fields', 'admin')
  await page.getByRole('button', { name: 'New field' }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('textbox', { name: 'Name' }).fill('Diet at sea')
  await form.getByRole('combobox', { name: 'What it holds' }).click()
  await page.getByRole('option', { name: 'Choice' }).click()
  await form.getByRole('combobox', { name: 'Choices' }).fill('Vegan')
  await page.keyboard.press('Enter')
  await form.getByRole('button', { name: 'Save' }).click()
  const row = page.getByRole('row', { name: /Diet at sea/ })
  await expect(row).toContainText('Vegan')
  await expect(row).toContainText('diet_at_sea')

  await row.getByRole('button', { name: 'What to do with Diet at sea' }).click()
  await page.getByRole('menuitem', { name: 'Change' }).click()
  await form.getByRole('textbox', { name: 'Name' }).fill('Diet on board')
  await form.getByRole('button', { name: 'Save' }).click()
  const renamed = page.getByRole('row', { name: /Diet on board/ })
  await expect(renamed).toContainText('diet_at_sea')
  await renamed.getByRole('button', { name: /^What to do with/ }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await page.getByRole('menuitem', { name: 'Really remove?' }).click()
  await expect(renamed).toHaveCount(0)
})

test('what was settled before is read, with who changed it', async ({ page }) => {
  await open(page, '/settings/organisation', 'admin')
  const seconds = page.getByRole('textbox', { name: /^Seconds/ })
  const before = await seconds.inputValue()
  const now = String(Number(before) === 12 ? 13 : 12)
  await seconds.fill(now)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved')).toBeVisible()
  await page.getByRole('button', { name: 'History' }).click()
  const latest = page.getByRole('list', { name: 'What was settled before' }).getByRole('listitem').first()
  await expect(latest).toContainText(userOf('admin').name)
  await expect(latest.getByRole('row', { name: /^seconds to take back/ })).toHaveText(`seconds to take back${before}${now}`)
  await page.keyboard.press('Escape')
  await seconds.fill(before)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled()
})

test('what a guest said of a trip stands on its screen, and what was answered', async ({ page }) => {
  await open(page, '/itineraries', 'user')
  const details = { title: 'A week in Tavira', start: '2026-09-01', end: '2026-09-08', zone: 'Europe/Lisbon' }
  const trip = await ask<Held>(page, 'POST', '/itineraries', { data: { details } })
  await page.goto(`${up.address}/itineraries/${trip.id}`)
  await expect(page.getByRole('tab', { name: 'Documents' })).toBeVisible()
  await expect(page.getByRole('tab', { name: 'Reviews' })).toHaveCount(0)

  const categories = [{ category: 'cleanliness', given: 5 }, { category: 'value', given: 3 }]
  const said = { source: 'Sea and Stay', external_id: trip.id, scale: '1-5', date: '2026-09-09', overall: 4, categories }
  const words = { guest: 'Anna Berg', text: 'We would come again.', itinerary_id: trip.id }
  await ask(page, 'POST', '/reviews', { data: { details: { ...said, ...words } } })
  await page.reload()
  await page.getByRole('tab', { name: 'Reviews' }).click()
  const review = page.getByRole('article', { name: 'Review by Anna Berg' })
  await expect(review.getByText('8 of 10')).toBeVisible()
  await expect(review.getByRole('progressbar', { name: 'cleanliness' })).toHaveAttribute('aria-valuenow', '100')
  await expect(review.getByRole('progressbar', { name: 'value for money' })).toHaveAttribute('aria-valuenow', '60')
  await review.getByRole('button', { name: 'Note the answer' }).click()
  await review.getByRole('textbox', { name: 'Note the answer' }).fill('You are welcome.')
  await review.getByRole('button', { name: 'Save' }).click()
  await expect(review.getByText('Answered: You are welcome.')).toBeVisible()
})

test('who may not, sees neither records nor webhooks, and none by their address', async ({ page }) => {
  for (const role of ['supervisor', 'user'] as const) {
    await page.goto('about:blank') // a page whose session goes may ask for something just then
    await page.context().clearCookies()
    await open(page, '/contacts', role)
    for (const section of ['records', 'webhooks']) {
      await page.goto(`${up.address}/settings/${section}`)
      await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible()
    }
    for (const path of ['/audit', '/audit.csv', '/webhooks']) {
      expect((await page.request.get(`${up.address}/api/v1${path}`)).status()).toBe(403)
    }
  }
})
