import type { BrowserContext } from '@playwright/test'

import { DIALOGUES } from './dialogues'
import { PAGES } from './pages'
import { SCREENS, show } from './screens'
import { expect, settled, signIn, test as base, up } from './signed-in'
import { STATES } from './states'

const FOLDER = process.env.SCREENSHOTS ?? 'var/screenshots'
const SIZES = { 1280: 800, 390: 844 } as const
const SCHEMES = ['light', 'dark'] as const

type Session = Awaited<ReturnType<BrowserContext['storageState']>>

const test = base.extend<object, { session: Session }>({
  // Once for all pictures: to sign in takes the server a second.
  session: [
    async ({ browser }, use) => {
      const context = await browser.newContext()
      await signIn(context)
      await use(await context.storageState())
      await context.close()
    },
    { scope: 'worker' },
  ],
  storageState: [({ session }, use) => use(session), { scope: 'test' }],
})

test.use({ contextOptions: { reducedMotion: 'reduce' } })

for (const screen of [...SCREENS, ...DIALOGUES, ...STATES, ...PAGES]) {
  test(screen.name, async ({ page }) => {
    await show(page, screen, async (path) => {
      if (screen.anonymous) await page.context().clearCookies()
      await page.goto(new URL(path, up.address).href)
      if (screen.loading) await expect(page.getByRole('banner')).toBeVisible()
      const comes = screen.loading ? page.getByRole('status', { name: 'Loading' }) : page.getByRole('heading', { level: 1 })
      await expect(comes.first()).toBeVisible()
    })
    for (const [width, height] of Object.entries(SIZES)) {
      await page.setViewportSize({ width: Number(width), height })
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme })
        if (!screen.loading) await settled(page)
        await page.evaluate(() => document.fonts.ready)
        await page.screenshot({
          path: `${FOLDER}/${screen.name}-${colorScheme}-${width}.png`,
          animations: 'disabled',
          fullPage: screen.whole ?? false,
        })
      }
    }
    if (screen.printed) {
      await page.emulateMedia({ media: 'print', colorScheme: 'light' })
      await page.pdf({ path: `${FOLDER}/${screen.name}.pdf`, format: 'A4', preferCSSPageSize: true })
    }
  })
}
