import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import type { BrowserContext } from '@playwright/test'
import type { AxeResults, RunOptions } from 'axe-core'

import { DIALOGUES } from './dialogues'
import { SCREENS, show } from './screens'
import { expect, open, settled, test as base, up } from './signed-in'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const OPTIONS: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // An experiment of axe's, which is right here: who speaks to the machine says what he sees.
  rules: { 'label-content-name-mismatch': { enabled: true } },
}
const GRAVE = ['serious', 'critical']

// One window for all screens, so that what they share is fetched once.
let shared: BrowserContext | undefined
const test = base.extend({
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

/** Waits, in the page, until colours have turned: all that moves and comes to an end. */
async function still(): Promise<void> {
  const ending = document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
  await Promise.allSettled(ending.map((each) => each.finished))
}

for (const screen of [...SCREENS, ...DIALOGUES]) {
  test(`axe finds nothing grave at ${screen.name}`, async ({ page }) => {
    const said: string[] = []
    await show(page, screen, async (path) => {
      if (!screen.anonymous) return open(page, path)
      await page.context().clearCookies()
      await page.goto(up.address + path)
    })
    await settled(page)
    // Put in by the debugger's way, which the page's policy does not bind.
    await page.evaluate(AXE)
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', scheme)
      await page.evaluate(still)
      const { violations } = await page.evaluate(
        (options) => (window as unknown as { axe: { run: (o: RunOptions) => Promise<AxeResults> } }).axe.run(options),
        OPTIONS,
      )
      for (const { id, impact, help, nodes } of violations) {
        if (!GRAVE.includes(impact ?? '')) continue
        const where = nodes.map((each) => `${each.html}\n  ${each.failureSummary ?? ''}`)
        said.push([`${id} in the ${scheme} (${impact ?? 'no impact'}): ${help}`, ...where].join('\n  '))
      }
    }
    expect(said.join('\n')).toBe('')
  })
}
