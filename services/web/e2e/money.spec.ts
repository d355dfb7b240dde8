import type { Page } from '@playwright/test'

import { ask, somebody } from './guests'
import { expect, open, settled, test, up } from './signed-in'

interface Balance {
  balance: number
  reserved: number
}

/** A carrier of the sandbox for the length of a test: no other expects one, nor that texts cost anything. */
async function withCarrier(page: Page, run: () => Promise<void>): Promise<void> {
  const details = { label: 'Paid texts', kind: 'sandbox', sender: 'Fairlead' }
  const { id } = await ask<{ id: string }>(page, 'POST', '/connections', { data: { channel: 'sms', details } })
  try {
    await run()
  } finally {
    await ask(page, 'DELETE', `/connections/${id}`)
    const { version, prices } = await ask<{ version: number; prices: unknown[] }>(page, 'GET', '/credits/prices')
    if (prices.length > 0) await ask(page, 'PUT', '/credits/prices', { data: { prices: [] }, version })
  }
}

test('a price is set, credits are bought, and a text takes what it costs', async ({ page }) => {
  await open(page, '/settings/credits')
  const { balance: before } = await ask<Balance>(page, 'GET', '/credits')
  const guest = await somebody(page, 'phone', 9)
  const run = String(Date.now())
  await withCarrier(page, async () => {
    await page.getByRole('button', { name: 'Change the prices' }).click()
    const prices = page.getByRole('dialog', { name: 'Prices' })
    await prices.getByRole('button', { name: 'Add a price' }).click()
    await prices.getByRole('textbox', { name: 'Credits each' }).fill('7')
    await prices.getByRole('button', { name: 'Save' }).click()
    await expect(prices).toHaveCount(0)
    await expect(page.getByRole('table', { name: 'Prices' }).getByRole('row', { name: /To every number/ })).toContainText('7')

    await page.getByRole('button', { name: 'Top up' }).click()
    const topUp = page.getByRole('dialog', { name: 'Top up' })
    await topUp.getByLabel('How many credits').fill('100')
    await topUp.getByLabel('Note').fill(`Invoice ${run}`)
    await topUp.getByRole('button', { name: 'Top up' }).dblclick()
    const ledger = page.getByRole('table', { name: 'What came and went' })
    await expect(ledger.getByRole('row').filter({ hasText: `Invoice ${run}` })).toHaveCount(1)
    const card = (name: string) => page.getByText(name, { exact: true }).first().locator('..')
    await expect(card('Balance')).toContainText(String(before + 100))

    // What it costs is said before it leaves.
    await page.goto(`${up.address}/inbox`)
    await settled(page)
    await page.keyboard.press('n')
    const dialogue = page.getByRole('dialog', { name: 'New message' })
    await dialogue.getByRole('combobox', { name: 'To' }).fill(guest.address)
    await page.getByRole('option').filter({ hasText: guest.name }).click()
    await dialogue.getByRole('combobox', { name: 'To' }).press('Escape')
    await dialogue.getByText('Text message', { exact: true }).click()
    await dialogue.getByLabel('Your own words').fill(`The boat leaves at nine. ${run}`)
    await expect(dialogue.getByText('1 part, 7 credits')).toBeVisible()
    await dialogue.getByRole('button', { name: 'Send 1 message' }).click()
    await expect(dialogue.getByText('1 message sent')).toBeVisible()

    await expect.poll(() => ask<Balance>(page, 'GET', '/credits')).toMatchObject({ balance: before + 93, reserved: 0 })
    await page.goto(`${up.address}/settings/credits`)
    await expect(card('Balance')).toContainText(String(before + 93))
    await expect(ledger.getByRole('row').filter({ hasText: 'Used' }).first()).toContainText('-7')

    // Free again, for the others.
    await page.getByRole('button', { name: 'Change the prices' }).click()
    await prices.getByRole('button', { name: 'Take this price away' }).click()
    await prices.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('No price is set: messages cost no credits.')).toBeVisible()
  })
})

test('a template is written beside what it says, and names what cannot be filled in', async ({ page }) => {
  await open(page, '/settings/templates')
  const name = `Pick-up ${Date.now()}`
  await page.getByRole('button', { name: 'New template' }).click()
  const dialogue = page.getByRole('dialog', { name: 'New template' })
  await dialogue.getByLabel('Name').fill(name)
  await dialogue.getByLabel('Subject').fill('Your trip {{ itinerary.reference }}')
  const body = dialogue.getByLabel('Text', { exact: false })
  await body.fill('We meet {{ meeting_point }}.')
  const preview = dialogue.getByRole('region', { name: 'What it says' })
  await expect(preview.getByRole('alert')).toContainText('meeting_point')
  await expect(preview.getByText(/^Your trip TRP-/)).toBeVisible()
  await body.fill('We meet at the old pier.')
  await expect(preview.getByRole('alert')).toHaveCount(0)
  await expect(preview.frameLocator('iframe').getByText('We meet at the old pier.')).toBeVisible()
  await dialogue.getByRole('button', { name: 'Save' }).click()
  await expect(dialogue).toHaveCount(0)
  const row = page.getByRole('row').filter({ hasText: name })
  await row.getByRole('button', { name: `What to do with ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Archive' }).click()
  await expect(row).toHaveCount(0)
})

test('a mailbox whose server is not there says at which step, and in whose words', async ({ page }) => {
  await open(page, '/settings/channels')
  const label = `Mistyped ${Date.now()}`
  await page.getByRole('button', { name: 'Connect' }).first().click()
  await page.getByRole('menuitem', { name: 'New mailbox' }).click()
  const form = page.getByRole('dialog', { name: 'New mailbox' })
  await form.getByLabel('What you call it').fill(label)
  await form.getByLabel('Address').fill('desk@mistyped.example')
  for (const server of ['Sending (SMTP)', 'Receiving (IMAP)']) {
    const part = form.getByRole('group', { name: server })
    await part.getByLabel('Server').fill('127.0.0.1')
    await part.getByLabel('Port').fill('9')
    await part.getByLabel('User name').fill('desk')
    await part.getByRole('textbox', { name: 'Password' }).fill('a wrong one')
  }
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toHaveCount(0)
  const card = page.getByRole('article', { name: label })
  await card.getByRole('button', { name: 'Test' }).click()
  const tested = page.getByRole('dialog', { name: `Test of ${label}` })
  await expect(tested.getByText('Something does not work')).toBeVisible()
  await expect(tested.getByText('Sending (SMTP): Find the server')).toBeVisible()
  await expect(tested.getByText('Receiving (IMAP): Reach it')).toBeVisible()
  await expect(tested.getByRole('img', { name: 'Does not work' })).toHaveCount(2)
  await expect(tested.getByText('the host is on a private network')).toHaveCount(2)
  await tested.getByRole('button', { name: 'Close' }).last().click()

  await card.getByRole('button', { name: `What to do with ${label}` }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await page.getByRole('menuitem', { name: 'Really remove?' }).click()
  await expect(card).toHaveCount(0)
})
