import { SCREENS, show } from './screens'
import { open, settled, test, up } from './signed-in'

const FOLDER = process.env.SCREENSHOTS ?? 'var/screenshots'
const WIDTHS = [1280, 390] as const

for (const scheme of ['light', 'dark'] as const) {
  for (const width of WIDTHS) {
    test.describe(`${scheme}, ${width}`, () => {
      test.use({
        colorScheme: scheme,
        viewport: { width, height: width === 390 ? 844 : 800 },
        contextOptions: { reducedMotion: 'reduce' },
      })
      for (const screen of SCREENS) {
        test(screen.name, async ({ page }) => {
          await show(page, screen, (path) =>
            screen.anonymous ? page.goto(up.address + path).then(() => undefined) : open(page, path),
          )
          await settled(page)
          await page.evaluate(() => document.fonts.ready)
          await page.screenshot({ path: `${FOLDER}/${screen.name}-${scheme}-${width}.png`, animations: 'disabled' })
        })
      }
    })
  }
}
