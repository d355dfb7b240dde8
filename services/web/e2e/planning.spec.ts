import type { Page } from '@playwright/test'

import { ask } from './guests'
import { expect, open, test, up } from './signed-in'

const TITLE = 'Ribeiro family: the Douro by boat'

interface Trip {
  id: string
  version: number
  details: { title: string; notes: string; price: { amount: number } | null }
}

/** A trip of our own, so that no other test minds what becomes of it. */
async function made(page: Page): Promise<Trip> {
  const details = { title: TITLE, start: '2027-05-03', end: '2027-05-08', zone: 'Europe/Lisbon', guests: [{ name: 'Rita Ribeiro', lead: true }] }
  return ask<Trip>(page, 'POST', '/itineraries', { data: { details } })
}

test('a service is added, changed and removed', async ({ page }) => {
  await open(page, '/itineraries')
  const { id } = await made(page)
  await page.goto(`${up.address}/itineraries/${id}`)
  await page.getByRole('button', { name: 'Add a service' }).click()
  const form = page.getByRole('dialog', { name: 'Add a service' })
  await form.getByLabel('Name').fill('Boat from Pinhão to Tua')
  await form.getByLabel('Begins at').fill('10:30')
  await form.getByLabel('Lasts, in minutes').fill('120')
  await form.getByLabel('Requirements').fill('One child seat')
  await form.getByRole('button', { name: 'Add' }).click()
  await expect(form).toHaveCount(0)
  await expect(page.getByText('10:30–12:30')).toBeVisible()

  await page.getByRole('button', { name: /^Transfer Boat from Pinhão/ }).click()
  await page.getByRole('dialog', { name: 'Service' }).getByRole('button', { name: 'Change', exact: true }).click()
  const change = page.getByRole('dialog', { name: 'Change Boat from Pinhão to Tua' })
  await change.getByLabel('Begins at').fill('11:00')
  await change.getByRole('button', { name: 'Save' }).click()
  const drawer = page.getByRole('dialog', { name: 'Service' })
  await expect(drawer.getByText('11:00–13:00')).toBeVisible()
  await expect(drawer.getByText('One child seat')).toBeVisible()

  await drawer.getByRole('button', { name: 'Remove' }).click()
  await drawer.getByRole('button', { name: 'Really remove it?' }).click()
  await expect(page.getByText('Nothing is planned yet')).toBeVisible()
})

test('what the API has against a trip stands at its field', async ({ page }) => {
  await open(page, '/itineraries')
  const { id } = await made(page)
  await page.goto(`${up.address}/itineraries/${id}`)
  await page.getByRole('button', { name: 'Change the trip' }).click()
  const last = page.getByLabel('Last day')
  await last.fill('Sat 1 May 2027')
  await last.press('Tab')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(last).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByText(/before/)).toBeVisible()
})

test('what two people change at once is kept of both', async ({ page }) => {
  await open(page, '/itineraries')
  const { id, version, details } = await made(page)
  await page.goto(`${up.address}/itineraries/${id}`)
  await page.getByRole('button', { name: 'Change the trip' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Title').fill('Ribeiro family: the Douro by train')

  const theirs = { ...details, title: 'Ribeiro family: the Minho', notes: 'They bring a dog.' }
  await ask(page, 'PUT', `/itineraries/${id}`, { data: { details: theirs }, version })

  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByText(/Somebody changed this/)).toBeVisible()
  await expect(form.getByText('Changed meanwhile to: Ribeiro family: the Minho')).toBeVisible()
  await expect(form.getByLabel('Notes')).toHaveValue('They bring a dog.')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Ribeiro family: the Douro by train' })).toBeVisible()
  const kept = (await ask<Trip>(page, 'GET', `/itineraries/${id}`)).details
  expect([kept.title, kept.notes]).toEqual(['Ribeiro family: the Douro by train', 'They bring a dog.'])
})
