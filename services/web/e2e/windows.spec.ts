import { expectNothingGrave, test } from './axe'
import { DIALOGUES } from './dialogues'

for (const window of DIALOGUES) {
  test(`axe finds nothing grave at ${window.name}`, ({ page }) => expectNothingGrave(page, window, { above: true }))
}
