// Whoever works by keyboard is, after a window has closed, where he was before it opened.

import type { Page } from '@playwright/test'

import { choose, inTurn, press } from './dialogues/opening'
import { expect, open, test } from './signed-in'

const MORE = /^What to do with /

const WINDOWS: readonly { path: string; opener: string | RegExp; by?: (page: Page) => Promise<void> }[] = [
  { path: '/settings/users', opener: 'Invite somebody' },
  { path: '/settings/users', opener: MORE, by: inTurn(press(MORE), choose('Change')) },
  { path: '/settings/templates', opener: 'New template' },
  { path: '/settings/labels', opener: 'New label' },
  { path: '/settings/credits', opener: 'Top up' },
  { path: '/settings/channels', opener: 'Connect', by: inTurn(press('Connect'), choose('New mailbox')) },
  { path: '/contacts', opener: 'New contact' },
  { path: '/profile/tokens', opener: 'New token' },
  { path: '/whatsapp', opener: 'New chat' },
]

for (const { path, opener, by } of WINDOWS) {
  test(`the focus comes back to ${opener} of ${path}`, async ({ page }) => {
    await open(page, path)
    await (by ?? press(opener))(page)
    const dialogue = page.getByRole('dialog')
    await expect(dialogue.locator(':focus')).toBeVisible()
    await dialogue.getByRole('button', { name: 'Close' }).press('Enter')
    await expect(dialogue).toHaveCount(0)
    await expect(page.getByRole('button', { name: opener, exact: true }).first()).toBeFocused()
  })
}
