// What axe says of a page, in both schemes.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import type { BrowserContext, Page } from '@playwright/test'
import type { AxeResults, ElementContext, RunOptions } from 'axe-core'

import type { Screen } from './screens'
import { show } from './screens'
import { expect, open, settled, test as base, up } from './signed-in'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const OPTIONS: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // An experiment of axe's, which is right here: who speaks to the machine says what he sees.
  rules: { 'label-content-name-mismatch': { enabled: true } },
  resultTypes: ['violations'],
}
// All else is the same in both schemes, and looking costs a second.
const COLOURS: RunOptions = { ...OPTIONS, runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } }
const GRAVE = ['serious', 'critical']

// One window for all screens, so that what they share is fetched once.
let shared: BrowserContext | undefined
export const test = base.extend({
  context: async ({ browser }, lend) => {
    shared ??= await browser.newContext()
    await lend(shared)
  },
  page: async ({ context }, lend) => {
    const page = await context.newPage()
    await lend(page)
    await page.close()
  },
})

/** Fails with all that is grave at a screen, or at what is open `above` it: what lies below is a screen by itself. */
export async function expectNothingGrave(page: Page, screen: Screen, { above = false } = {}): Promise<void> {
  await show(page, screen, async (path) => {
    if (!screen.anonymous) return open(page, path)
    await page.context().clearCookies()
    await page.goto(up.address + path)
  })
  await settled(page)
  // Put in by the debugger's way, which the page's policy does not bind.
  await page.evaluate(AXE)
  const scheme = page.locator('html[data-mantine-color-scheme]')
  const isClient = (await scheme.count()) > 0
  const said: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // A guest's page follows by its style sheet alone.
    if (isClient) await expect(scheme).toHaveAttribute('data-mantine-color-scheme', colorScheme)
    await page.evaluate(still)
    const options = colorScheme === 'light' ? OPTIONS : COLOURS
    const { violations } = await page.evaluate(run, { options, above })
    for (const { id, impact, help, nodes } of violations) {
      if (!GRAVE.includes(impact ?? '')) continue
      const where = nodes.map((each) => `${each.html}\n  ${each.failureSummary ?? ''}`)
      said.push([`${id} in the ${colorScheme} (${impact ?? 'no impact'}): ${help}`, ...where].join('\n  '))
    }
  }
  expect(said.join('\n')).toBe('')
}

/** Waits, in the page, until colours have turned: all that moves and comes to an end. */
async function still(): Promise<void> {
  const ending = document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
  await Promise.allSettled(ending.map((each) => each.finished))
}

/** Lets axe look, in the page: at all of it, or at what is drawn above the rest. */
async function run({ options, above }: { options: RunOptions; above: boolean }): Promise<AxeResults> {
  const { axe } = window as unknown as { axe: { run: (where: ElementContext, o: RunOptions) => Promise<AxeResults> } }
  const windows = [...document.querySelectorAll('[data-portal]')].filter((each) => each.childElementCount > 0)
  return axe.run(above && windows.length > 0 ? { include: windows } : document, options)
}
