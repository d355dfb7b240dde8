// Services of the demo in the calendar, selected as somebody does.

import type { Page } from '@playwright/test'

import { ask } from './guests'
import { expect, up } from './signed-in'

interface Planned {
  reference: string
  service: {
    id: string
    itinerary_id: string
    details: { name: string; date: string; state: string; supplier_id: string | null; supplier_name: string }
  }
}

type Three = [Planned, Planned, Planned]

const DAY = 86_400_000
const OFF = ['cancelled', 'declined']

/** Three services that one supplier has in one week of one trip. */
export async function three(page: Page): Promise<Three> {
  const day = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10)
  const days = await ask<{ services: Planned[] }[]>(page, 'GET', `/concierge?start=${day(-20)}&end=${day(40)}`)
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

/** Opens the calendar at them, and selects them. */
export async function select(page: Page, services: Three): Promise<void> {
  const { date, supplier_id } = services[0].service.details
  await page.goto(`${up.address}/concierge?date=${date}&supplier=${supplier_id ?? ''}`)
  for (const { service, reference } of services) {
    const name = `Select ${service.details.name}`
    const cards = page.getByRole('listitem').filter({ hasText: reference })
    // Two of one name are two: the next that is not selected yet.
    await cards.getByRole('checkbox', { name, exact: true, checked: false }).first().click()
  }
  await expect(page.getByText('3 selected · 1 recipient')).toBeVisible()
}
