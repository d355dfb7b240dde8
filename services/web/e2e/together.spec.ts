import { type Browser, type Page } from '@playwright/test'

import { ask, somebody, writes } from './guests'
import { expect, open, settled, signIn, test, up, userOf } from './signed-in'

// What somebody does is with his colleagues within a second; three leave room for a busy machine.
const SOON = { timeout: 3_000 }
const MANY = 60 // more than the newest that a thread fetches at once

/** A colleague's window, in a browser of his own. */
async function colleague(browser: Browser, path: string): Promise<Page> {
  const context = await browser.newContext()
  await signIn(context, 'user')
  const window = await context.newPage()
  await window.goto(up.address + path)
  await settled(window)
  return window
}

test('two who work on one conversation see each other, and what each does', async ({ page, browser }) => {
  await open(page, '/inbox')
  const guest = await somebody(page, 'email', 11)
  const subject = `Two rooms ${Date.now()}`
  await writes(page, guest, subject, `Are they next to each other? ${subject}`)
  await page.getByRole('link', { name: new RegExp(subject) }).click()
  await expect(page.getByRole('log').getByText(`Are they next to each other? ${subject}`)).toBeVisible()
  const { name } = userOf('user')
  await expect(page.getByText(/is looking|is writing an answer/)).toHaveCount(0)

  const other = await colleague(browser, new URL(page.url()).pathname)
  await expect(page.getByText(`${name} is looking`)).toBeVisible(SOON)
  await expect(other.getByText(`${userOf('owner').name} is looking`)).toBeVisible(SOON)
  const words = other.getByRole('textbox', { name: 'Message' })
  await words.pressSequentially('Yes, ')
  await expect(page.getByText(`${name} is writing an answer`)).toBeVisible(SOON)

  // His answer stands here as soon as it leaves there: planned, and sent after all. Nothing is owed then.
  await words.fill(`Yes, with a door between them. ${subject}`)
  await other.getByRole('button', { name: 'Send later' }).click()
  await other.getByRole('menuitem', { name: 'Tomorrow at 9:00' }).click()
  await other.getByRole('button', { name: 'Send now' }).click()
  const answer = (window: Page) =>
    window.getByRole('article', { name: /^Message from/ }).filter({ hasText: `Yes, with a door between them. ${subject}` })
  await expect(answer(other)).toBeVisible()
  await expect(answer(page)).toBeVisible(SOON)
  const state = (window: Page, name: string) => window.getByRole('button', { name, exact: true })
  await expect(state(page, 'Answered')).toBeVisible(SOON)
  await state(page, 'Answered').click()
  await expect(state(other, 'Attentive')).toBeVisible(SOON)
  await state(other, 'Attentive').click()
  await expect(state(page, 'Answered')).toBeVisible(SOON)

  await other.context().close()
  await expect(page.getByText(/is looking|is writing an answer/)).toHaveCount(0)
})

test('who was away for more messages than are fetched at once is led to the first of them', async ({ page }) => {
  await open(page, '/whatsapp')
  const { name, address: number } = await somebody(page, 'phone', 12)
  const address = number.replace('+', '')
  const run = String(Date.now())
  const says = (text: string) => ask(page, 'POST', '/sandbox/chats', { data: { address, text: `${text} ${run}` } })
  await ask(page, 'PUT', '/sandbox/handsets', { data: { address, on: true } })
  await says('Before all.')
  const row = page.getByRole('region', { name: 'Conversations' }).getByRole('listitem').filter({ hasText: name }).filter({ hasText: run })
  await row.getByRole('link').click()
  const thread = page.getByRole('log')
  await expect(thread.getByText(`Before all. ${run}`)).toBeVisible()
  await expect(row.getByRole('img', { name: /unread/ })).toHaveCount(0)

  await page.getByRole('navigation').getByRole('link', { name: 'WhatsApp' }).click()
  await expect(thread).toHaveCount(0)
  for (let number = 1; number <= MANY; number += 1) await says(`Number ${number}.`)
  await expect(row.getByRole('img', { name: `${MANY} unread` })).toBeVisible()
  await page.reload() // as on the next morning: nothing of it was fetched before
  await row.getByRole('link').click()
  await page.getByRole('button', { name: `${MANY} new messages` }).click()
  await expect(thread.getByText(`Number 1. ${run}`)).toBeInViewport()
  await expect(thread.getByText(`${MANY} new messages`, { exact: true })).toBeInViewport()
  await page.getByRole('button', { name: 'To the latest' }).click()
  await expect(thread.getByText(`Number ${MANY}. ${run}`)).toBeInViewport()
  await expect(row.getByRole('img', { name: /unread/ })).toHaveCount(0)
})
