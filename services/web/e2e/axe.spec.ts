import { expectNothingGrave, test } from './axe'
import { SCREENS } from './screens'

for (const screen of SCREENS) {
  test(`axe finds nothing grave at ${screen.name}`, ({ page }) => expectNothingGrave(page, screen))
}
