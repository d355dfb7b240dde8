import { randomUUID } from 'node:crypto'

import type { Page } from '@playwright/test'

import { ask, somebody } from './guests'
import { expect, open, test, up } from './signed-in'

const PROGRAMME = { name: 'programme.txt', mimeType: 'text/plain', buffer: Buffer.from('Day one: the river.') }

/** Writes somebody a mail; returns its conversation. */
async function write(page: Page, contact_id: string, subject: string, attachments: string[] = []): Promise<string> {
  const data = { channel: 'email', to: [{ contact_id }], subject, text: `All you need to know. ${subject}`, attachments }
  const [sent] = await ask<{ conversation_id: string }[]>(page, 'POST', '/messages', { data, key: randomUUID() })
  return sent?.conversation_id ?? ''
}

test('a mailbox lets mail come back, first as full, then as gone; what arrives again is opened with its file', async ({ page, context }) => {
  await page.setViewportSize({ width: 1440, height: 800 }) // the person stands beside the messages
  await open(page, '/inbox', 'user')
  const guest = await somebody(page, 'email', 9)
  const desk = await context.newPage()
  await desk.goto(`${up.address}/sandbox?open=${encodeURIComponent(JSON.stringify([`email:${guest.address}`]))}`)
  const mailbox = desk.getByRole('region', { name: `Mailbox of ${guest.name}` })
  const become = async (what: RegExp) => {
    await mailbox.getByRole('button', { name: `What becomes of mail to ${guest.name}` }).click()
    await desk.getByRole('menuitemradio', { name: what }).click()
  }
  const listed = desk.getByRole('region', { name: 'Phones and mailboxes' }).getByRole('button').filter({ hasText: guest.address })
  await desk.getByRole('textbox', { name: 'Name, number or address' }).fill(guest.address)

  await become(/the mailbox is full/)
  await expect(listed).toContainText('full')
  const full = `Your programme ${Date.now()}`
  await page.goto(`${up.address}/inbox/${await write(page, guest.id, full)}`)
  const thread = page.getByRole('log')
  const said = (words: string) => thread.getByRole('article').filter({ hasText: words })
  await expect(said(full)).toContainText(`The mailbox of ${guest.address} is full`)

  await become(/there is no such mailbox/)
  await expect(listed).toContainText('gone')
  const gone = `Your vouchers ${Date.now()}`
  await write(page, guest.id, gone)
  await expect(said(gone)).toContainText(`The address ${guest.address} does not exist`)
  await expect(page.getByRole('img', { name: 'Messages do not arrive here' })).toBeVisible()

  await become(/It arrives/)
  await expect(listed).not.toContainText('gone')
  const { id } = await ask<{ id: string }>(page, 'POST', '/files', { file: PROGRAMME })
  const again = `Your programme once more ${Date.now()}`
  await write(page, guest.id, again, [id])
  await expect(said(again).getByRole('img', { name: /Delivered/ })).toBeVisible()
  await mailbox.getByRole('listitem').filter({ hasText: again }).getByRole('button').click()
  const [file] = await Promise.all([desk.waitForEvent('popup'), mailbox.getByRole('link', { name: PROGRAMME.name }).click()])
  await expect(file.getByText('Day one: the river.')).toBeVisible()
  await expect(said(again).getByRole('img', { name: /^Read/ })).toBeVisible()
})
