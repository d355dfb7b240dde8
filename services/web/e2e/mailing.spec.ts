import { ask, mailsOf } from './guests'
import { expect, open, test } from './signed-in'

test('a message to a filtered list says who gets it, is looked at, confirmed, and tells how far it is', async ({ page }) => {
  await open(page, '/itineraries?state=inquiry')
  const subject = `Our office moves ${Date.now()}`
  await page.getByRole('button', { name: 'Write to all of these' }).click()
  const dialogue = page.getByRole('dialog', { name: 'Message to many' })
  await dialogue.getByLabel('Subject').fill(subject)
  await dialogue.getByLabel('Text', { exact: true }).fill('From January on you find us at the harbour.')
  // One a second: slow enough that one sees it go on.
  await dialogue.getByLabel('At most per minute').fill('60')
  await dialogue.getByRole('button', { name: 'See who gets it' }).click()

  // Counted and shown; nothing has left.
  const confirm = dialogue.getByRole('button', { name: /^Send to \d+/ })
  await expect(confirm).toBeVisible()
  const count = Number(/\d+/.exec((await confirm.textContent()) ?? '')?.[0])
  await expect(dialogue.getByText(`${count} ${count === 1 ? 'person' : 'people'} would get it`)).toBeVisible()
  const rows = dialogue.getByRole('row').filter({ hasText: subject })
  await expect(rows.first()).toContainText('harbour')
  const [mailing] = (await ask<{ mailings: { id: string; state: string }[] }>(page, 'GET', '/messages/bulk?limit=1')).mailings
  expect(mailing?.state).toBe('ready')

  await confirm.click()
  const bar = dialogue.getByRole('progressbar')
  await expect(dialogue.getByText('Sending', { exact: true })).toBeVisible()
  await expect(bar).toHaveAttribute('aria-valuenow', '100')
  await expect(dialogue.getByText('Done', { exact: true })).toBeVisible()
  await expect(dialogue.getByText(`${count} of ${count} sent`)).toBeVisible()

  // Each got it once.
  const path = `/messages/bulk/${mailing?.id ?? ''}/recipients`
  const { recipients } = await ask<{ recipients: { address: string; state: string }[] }>(page, 'GET', path)
  const got = recipients.filter((each) => each.state === 'sent')
  expect(got).toHaveLength(count)
  for (const { address } of got.slice(0, 3)) {
    await expect.poll(async () => (await mailsOf(page, address, subject)).length).toBe(1)
  }
})
