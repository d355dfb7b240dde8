import type { APIRequestContext, Page } from '@playwright/test'

import { expect, open, test, up, userOf } from './signed-in'

interface Planned {
  reference: string
  service: {
    id: string
    itinerary_id: string
    details: { name: string; date: string; state: string; supplier_id: string | null; supplier_name: string }
  }
}

const DAY = 86_400_000
const OFF = ['cancelled', 'declined']

async function ask<T>(request: APIRequestContext, path: string): Promise<T> {
  const answer = await request.get(`${up.address}/api/v1${path}`)
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true)
  return (await answer.json()) as T
}

/** Three services that one supplier has in one week of one trip. */
async function three(request: APIRequestContext): Promise<[Planned, Planned, Planned]> {
  const day = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10)
  const days = await ask<{ services: Planned[] }[]>(request, `/concierge?start=${day(-20)}&end=${day(40)}`)
  const found = new Map<string, Planned[]>()
  for (const each of days.flatMap((one) => one.services)) {
    const { itinerary_id, details } = each.service
    if (details.supplier_id === null || OFF.includes(details.state)) continue
    const monday = new Date(`${details.date}T12:00:00Z`)
    monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7))
    const key = [itinerary_id, details.supplier_id, monday.toISOString()].join()
    found.set(key, [...(found.get(key) ?? []), each])
  }
  const [one, two, three] = [...found.values()].find((each) => each.length >= 3) ?? []
  if (!one || !two || !three) throw new Error('No supplier has three services in a week')
  return [one, two, three]
}

async function orders(request: APIRequestContext, trip: string): Promise<string[]> {
  const path = `/itineraries/${trip}/timeline?limit=200`
  const { messages } = await ask<{ messages: { id: string; kind: string }[] }>(request, path)
  return messages.filter((each) => each.kind === 'purchase_order').map((each) => each.id)
}

async function post(page: Page, path: string, data: unknown): Promise<void> {
  const { csrf } = await ask<{ csrf: string }>(page.request, '/session')
  const answer = await page.request.post(`${up.address}/api/v1${path}`, { data, headers: { 'X-CSRF-Token': csrf } })
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true)
}

test('three services become one order, and the supplier’s answer appears on the trip', async ({ page }) => {
  const { email, password } = userOf('user')
  await page.goto(`${up.address}/sign-in`)
  await page.getByLabel('Email').fill(email)
  await page.locator('input[type=password]').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/inbox/)

  const services = await three(page.request)
  const [first] = services
  const { itinerary_id: trip, details } = first.service
  const before = await orders(page.request, trip)
  const { identities } = await ask<{ identities: { scheme: string; value: string }[] }>(page.request, `/contacts/${details.supplier_id}`)
  const address = identities.find((each) => each.scheme === 'email')?.value ?? ''

  await page.goto(`${up.address}/itineraries/${trip}`)
  await expect(page.getByText(first.reference).first()).toBeVisible()
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Concierge' }).click()
  await page.goto(`${up.address}/concierge?date=${details.date}&supplier=${details.supplier_id}`)
  for (const { service, reference } of services) {
    const day = page.getByRole('region').filter({ has: page.getByRole('heading') })
    const card = day.getByRole('listitem').filter({ hasText: reference }).filter({ hasText: service.details.name })
    const box = card.getByRole('checkbox', { name: `Select ${service.details.name}` })
    for (const one of await box.all()) if (!(await one.isChecked())) { await one.check(); break }
  }
  await expect(page.getByText('3 selected · 1 recipient')).toBeVisible()

  await page.getByRole('button', { name: 'Purchase order' }).click()
  const dialogue = page.getByRole('dialog', { name: 'Purchase order' })
  await dialogue.getByRole('radio', { name: 'Email' }).check({ force: true })
  const mail = dialogue.frameLocator('iframe[title="As it will be read"]')
  for (const { service } of services) await expect(mail.getByText(service.details.name).first()).toBeVisible()
  await dialogue.getByLabel('Your own words').fill('Please confirm by tonight.')
  await expect(mail.getByText('Please confirm by tonight.')).toBeVisible()
  await dialogue.getByRole('button', { name: 'Send 1 message' }).dblclick()
  await expect(dialogue.getByText('1 message sent')).toBeVisible()
  await dialogue.getByRole('button', { name: 'Close' }).last().click()
  await expect(dialogue).toHaveCount(0)

  await page.goto(`${up.address}/itineraries/${trip}`)
  const timeline = page.getByRole('region', { name: 'Timeline' })
  await expect(timeline.getByText('Please confirm by tonight.')).toBeVisible()
  const after = await orders(page.request, trip)
  expect(after.length).toBe(before.length + 1)

  // The mail arrives at the sandbox a moment after it was sent; he reads it and answers.
  const mails = `/sandbox/mails?address=${encodeURIComponent(address)}`
  let id = ''
  await expect(async () => {
    const found = await ask<{ id: string; text: string }[]>(page.request, mails)
    id = found.find((each) => JSON.stringify(each).includes('Please confirm by tonight.'))?.id ?? ''
    expect(id).not.toBe('')
  }).toPass()
  await post(page, `/sandbox/mails/${id}/open`, {})
  await post(page, `/sandbox/mails/${id}/reply`, { text: 'All three are confirmed, see you there.' })
  await expect(timeline.getByText('All three are confirmed, see you there.')).toBeVisible()
  await expect(timeline.getByRole('img', { name: /^Read/ }).first()).toBeVisible()
})

test('a message to a filtered list says who gets it, and how far it is', async ({ page }) => {
  await open(page, '/itineraries?state=inquiry')
  await page.getByRole('button', { name: 'Write to all of these' }).click()
  const dialogue = page.getByRole('dialog', { name: 'Message to many' })
  await dialogue.getByLabel('Subject').fill('Our office moves')
  await dialogue.getByLabel('Text', { exact: true }).fill('From January on you find us at the harbour.')
  await dialogue.getByLabel('At most a minute').fill('6000')
  await dialogue.getByRole('button', { name: 'See who gets it' }).click()
  await expect(dialogue.getByText(/would get it/)).toBeVisible({ timeout: 30_000 })
  await expect(dialogue.getByText('Our office moves').first()).toBeVisible()
  await dialogue.getByRole('button', { name: /^Send to \d+/ }).click()
  await expect(dialogue.getByText('Done', { exact: true })).toBeVisible({ timeout: 30_000 })
})
