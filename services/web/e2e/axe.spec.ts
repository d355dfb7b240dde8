import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import type { AxeResults, RunOptions } from 'axe-core'

import { SCREENS, show } from './screens'
import { expect, open, settled, test, up } from './signed-in'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const OPTIONS: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}

for (const scheme of ['light', 'dark'] as const) {
  test.describe(`in the ${scheme}`, () => {
    test.use({ colorScheme: scheme, contextOptions: { reducedMotion: 'reduce' } })
    for (const screen of SCREENS) {
      test(`axe finds nothing at ${screen.name}`, async ({ page }) => {
        await show(page, screen, (path) =>
          screen.anonymous ? page.goto(up.address + path).then(() => undefined) : open(page, path),
        )
        await settled(page)
        // Put in by the debugger's way, which the page's policy does not bind.
        await page.evaluate(AXE)
        const found = await page.evaluate(
          (options) =>
            (window as unknown as { axe: { run: (o: RunOptions) => Promise<AxeResults> } }).axe.run(options),
          OPTIONS,
        )
        const said = found.violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((each) => `${each.html}\n  ${each.failureSummary ?? ''}`).join('\n  ')}`)
        expect(said.join('\n')).toBe('')
      })
    }
  })
}
