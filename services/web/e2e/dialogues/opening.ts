// By what names windows and menus are opened.

import type { Page } from '@playwright/test'

import { first } from '../screens'

export type Step = (page: Page) => Promise<void>

/** Presses a button by its name. */
export const press = (name: string | RegExp): Step => (page) => page.getByRole('button', { name, exact: true }).first().click()

/** Chooses from the menu that is open. */
export const choose = (name: string | RegExp): Step => (page) => page.getByRole('menuitem', { name }).click()

export const inTurn =
  (...steps: Step[]): Step =>
  async (page) => {
    for (const step of steps) await step(page)
  }

/** Waits for the menu that was opened. */
export const menu: Step = (page) => page.getByRole('menu').waitFor()

export const itinerary = async (page: Page) => `/itineraries/${await first(page, '/itineraries?state=confirmed&limit=1', 'itineraries')}`
export const contact = async (page: Page) => `/contacts/${await first(page, '/contacts?kind=traveller&limit=1', 'contacts')}`
