import { readFile } from 'node:fs/promises'

import { ask } from './guests'
import { expect, open, test, up } from './signed-in'

const PEOPLE = 400

test('a file of contacts is matched, tried, imported with its progress, and says what it refused', async ({ page }) => {
  const run = String(Date.now())
  const rows = Array.from({ length: PEOPLE }, (_, n) => `Guest ${run} ${n};guest-${run}-${n}@example.org;fair-${run}`)
  const csv = ['Full name;Mail;Tags', ...rows, `Nobody ${run};this is no address;fair-${run}`].join('\n')
  const known = async () => {
    const { contacts } = await ask<{ contacts: unknown[] }>(page, 'GET', `/contacts?tag=fair-${run}&limit=5`)
    return contacts.length
  }

  await open(page, '/imports')
  await page.locator('input[type=file]').setInputFiles({ name: 'fair.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  const file = page.getByRole('region', { name: 'fair.csv' })
  await expect(file.getByText(`${PEOPLE + 1} rows`)).toBeVisible()
  await expect(file.getByRole('combobox', { name: 'What Mail becomes' })).toHaveValue('Email')
  await expect(file.getByRole('combobox', { name: 'What Full name becomes' })).toHaveValue('Name')

  // Tried: it says what would come of it, and writes nothing.
  await file.getByRole('button', { name: 'Try without writing' }).click()
  await expect(file.getByText('This would come of it')).toBeVisible()
  await expect(file.getByText(`new: ${PEOPLE} · 1 refused`)).toBeVisible()
  await expect(file.getByText(new RegExp(`^Line ${PEOPLE + 2}: Email: `))).toBeVisible()
  expect(await known()).toBe(0)

  await file.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('progressbar', { name: 'How far it is' }).first()).toBeVisible()
  const job = page.getByRole('article').filter({ hasText: 'Import: fair.csv' }).first()
  await expect(job.getByText('Done', { exact: true })).toBeVisible()
  await expect(job.getByText(`new: ${PEOPLE} · 1 refused`)).toBeVisible()

  // The rows that were refused come back as a file, to be mended.
  const [download] = await Promise.all([page.waitForEvent('download'), job.getByRole('link', { name: 'Download what was refused' }).click()])
  expect(await readFile(await download.path(), 'utf8')).toContain(`Nobody ${run}`)

  await page.goto(`${up.address}/contacts?tag=fair-${run}`)
  await expect(page.getByRole('link', { name: new RegExp(`Guest ${run}`) }).first()).toBeVisible()
  expect(await known()).toBe(5)
})
