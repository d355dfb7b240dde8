import { expectNothingGrave, test } from './axe'
import { PAGES } from './pages'
import { SCREENS } from './screens'

for (const screen of [...SCREENS, ...PAGES]) {
  test(`axe finds nothing grave at ${screen.name}`, ({ page }) => expectNothingGrave(page, screen))
}
