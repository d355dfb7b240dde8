import type { Page } from '@playwright/test'

import { mailsOf, somebody, writes } from './guests'
import { expect, open, test } from './signed-in'

/** Lets a guest write, and opens what he wrote; returns his address and the subject. */
async function written(page: Page, nth: number): Promise<{ address: string; subject: string }> {
  await open(page, '/inbox')
  const guest = await somebody(page, 'email', nth)
  const subject = `Ferry times ${Date.now()}`
  await writes(page, guest, subject, `When does the ferry leave? ${subject}`)
  await page.getByRole('link', { name: new RegExp(subject) }).first().click()
  await expect(page.getByRole('log').getByText(`When does the ferry leave? ${subject}`)).toBeVisible()
  return { address: guest.address, subject }
}

test('it says that the network is away, and catches up by itself', async ({ page, context }) => {
  await open(page, '/inbox')
  const guest = await somebody(page, 'email', 3)
  await context.setOffline(true)
  const away = page.getByText('No connection.', { exact: false })
  await expect(away).toBeVisible()
  const subject = `Meanwhile ${Date.now()}`
  await writes(page, guest, subject, 'Did you see this?')
  await expect(away).toBeVisible()
  await context.setOffline(false)
  await expect(away).toHaveCount(0)
  await expect(page.getByRole('link', { name: new RegExp(subject) })).toBeVisible()
})

test('what was sent without a line waits in its place, and leaves once with another try', async ({ page, context }) => {
  const { address, subject } = await written(page, 4)
  await context.setOffline(true)
  await expect(page.getByText('No connection.', { exact: false })).toBeVisible()
  const text = `At nine, from the old pier. ${subject}`
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  const waiting = page.getByRole('article', { name: 'A message that has not left yet' }).filter({ hasText: text })
  const again = waiting.getByRole('button', { name: 'Try again' })
  await expect(again).toBeVisible()

  // It is there after a reload, too; the browser shows no page without a line.
  await context.setOffline(false)
  await expect(page.getByText('No connection.', { exact: false })).toHaveCount(0)
  await page.reload()
  await again.click()
  const sent = page.getByRole('article', { name: /^Message from/ }).filter({ hasText: text })
  await expect(sent).toHaveCount(1)
  await expect(waiting).toHaveCount(0)
  await expect(sent.getByRole('img', { name: /Sent|Delivered|Read/ })).toBeVisible()
  expect(await mailsOf(page, address, subject)).toHaveLength(1)
})
