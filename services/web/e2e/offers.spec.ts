import type { Page } from '@playwright/test'

import { arrived, addressOf, ask, type Contact, mailsOf } from './guests'
import { expect, open, test, up } from './signed-in'

interface Trip {
  id: string
  reference: string
}

const euros = (amount: number) => ({ amount: amount * 100, currency: 'EUR' })

/** A trip of our own in May, with one service for each of `suppliers`. */
async function made(page: Page, title: string, suppliers: readonly (Contact | null)[] = [null]): Promise<Trip> {
  const details = { title, start: '2027-05-10', end: '2027-05-14', zone: 'Europe/Lisbon', price: euros(900), guests: [{ name: 'Rita Ribeiro', lead: true }] }
  const services = suppliers.map((supplier, index) => ({
    kind: 'tour', name: `${title}, walk ${index + 1}`, date: '2027-05-11', zone: 'Europe/Lisbon', pax: 2,
    ...(supplier && { supplier_id: supplier.id, supplier_name: supplier.name }),
  }))
  return ask<Trip>(page, 'POST', '/itineraries', { data: { details, services } })
}

test('a proposal is made, changed while its reader looks, accepted there, and the trip’s screen follows', async ({ page, browser }) => {
  await open(page, '/itineraries', 'user')
  const { id } = await made(page, 'Ribeiro: the coast')
  await page.goto(`${up.address}/itineraries/${id}?tab=proposals`)
  await page.getByRole('button', { name: 'Make a proposal' }).click()
  const making = page.getByRole('dialog', { name: 'Make a proposal' })
  await making.getByLabel('Introduction').fill('Five slow days by the sea.')
  await making.getByRole('button', { name: 'Make a proposal' }).click()
  const proposal = page.getByRole('article').filter({ hasText: 'Version 1' })
  await expect(proposal).toContainText('Not read yet')
  await proposal.getByRole('button', { name: 'Copy the link' }).click()
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue()

  // Who has the link reads it without an account; the trip's screen says so by itself.
  const guest = await (await browser.newContext()).newPage()
  await guest.goto(link)
  await expect(guest.getByText('Five slow days by the sea.')).toBeVisible()
  await expect(guest.getByText('Ribeiro: the coast, walk 1')).toBeVisible()
  await expect(proposal).toContainText('Version 1 was read')

  // Another walk, another price, other words: another version.
  const trip = await ask<{ version: number; details: object }>(page, 'GET', `/itineraries/${id}`)
  await ask(page, 'PUT', `/itineraries/${id}`, { data: { details: { ...trip.details, price: euros(1100) } }, version: trip.version })
  const walk = { kind: 'tour', name: 'Evening by the lighthouse', date: '2027-05-12', zone: 'Europe/Lisbon' }
  await ask(page, 'POST', `/itineraries/${id}/services`, { data: { details: walk } })
  await page.getByRole('button', { name: 'Change the proposal' }).click()
  const changing = page.getByRole('dialog', { name: 'Change the proposal' })
  await expect(changing.getByLabel('Introduction')).toHaveValue('Five slow days by the sea.')
  await changing.getByLabel('Introduction').fill('Five slow days by the sea, and one long evening.')
  await changing.getByRole('button', { name: 'Change the proposal' }).click()
  await expect(changing).toHaveCount(0)
  const second = page.getByRole('article').filter({ hasText: 'Version 2' })
  await expect(second).toContainText('€1,100')

  // Who still looks at the first cannot accept what is not offered any more.
  await guest.getByRole('button', { name: 'Accept' }).click()
  await expect(guest.getByText('The proposal was changed while you were reading.')).toBeVisible()
  const changes = guest.locator('.changes')
  await expect(changes.locator('del').first()).toContainText('900')
  await expect(changes.locator('ins').first()).toContainText('1,100')
  await expect(changes.getByRole('listitem').filter({ hasText: 'Evening by the lighthouse' })).toContainText('New')
  await expect(guest.getByText('and one long evening.')).toBeVisible()
  await guest.getByLabel('Your name').fill('Rita Ribeiro')
  await guest.getByRole('button', { name: 'Accept' }).click()
  await expect(guest.getByText('You have accepted this proposal.')).toBeVisible()
  await guest.context().close()

  await expect(second).toContainText('Accepted by Rita Ribeiro')
  await expect(page.getByRole('button', { name: /^State: Confirmed/ })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Change the proposal' })).toHaveCount(0)
})

test('services of two trips become one message for each supplier', async ({ page }) => {
  await open(page, '/concierge', 'user')
  const { contacts } = await ask<{ contacts: Contact[] }>(page, 'GET', '/contacts?kind=supplier&limit=50')
  const [one, two] = contacts.filter((each) => addressOf(each, 'email') !== '')
  if (!one || !two) throw new Error('There are no two suppliers')
  const run = String(Date.now())
  const north = await made(page, `North ${run}`, [one])
  const south = await made(page, `South ${run}`, [one, two])

  await page.goto(`${up.address}/concierge?date=2027-05-11`)
  const names = [`North ${run}, walk 1`, `South ${run}, walk 1`, `South ${run}, walk 2`]
  for (const name of names) await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).click()
  await expect(page.getByText('3 selected · 2 recipients')).toBeVisible()
  await page.getByRole('button', { name: 'Purchase order' }).click()
  const dialogue = page.getByRole('dialog', { name: 'Purchase order' })
  const letters = dialogue.getByRole('list', { name: 'Recipients' })
  await dialogue.getByRole('button', { name: 'All by' }).click()
  await page.getByRole('menuitem', { name: 'Email' }).click()
  const preview = dialogue.frameLocator('iframe[title="As it will be read"]')
  await letters.getByRole('button', { name: new RegExp(`^${one.name} .*2 services`) }).click()
  for (const name of names.slice(0, 2)) await expect(preview.getByText(name).first()).toBeVisible()
  await letters.getByRole('button', { name: new RegExp(`^${two.name} .*1 service`) }).click()
  await expect(preview.getByText(names[2] ?? '').last()).toBeVisible()
  await dialogue.getByRole('button', { name: 'Send 2 messages' }).click()
  await expect(dialogue.getByText('2 messages sent')).toBeVisible()

  const first = await arrived(page, addressOf(one, 'email'), run)
  for (const words of [...names.slice(0, 2), north.reference, south.reference]) expect(first.text).toContain(words)
  const other = await arrived(page, addressOf(two, 'email'), run)
  expect(other.text).toContain(names[2])
  expect(other.text).not.toContain(`North ${run}`)
  for (const each of [one, two]) expect(await mailsOf(page, addressOf(each, 'email'), run)).toHaveLength(1)

  // Both trips tell it: the order stands on each timeline.
  for (const { id } of [north, south]) {
    await page.goto(`${up.address}/itineraries/${id}`)
    await expect(page.getByRole('region', { name: 'Timeline' }).getByRole('article').filter({ hasText: 'Purchase order' }).first()).toBeVisible()
  }
})
