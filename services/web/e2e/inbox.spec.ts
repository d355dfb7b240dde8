import { ask, connectionOf, somebody } from './guests'
import { expect, open, test } from './signed-in'

test('a mail is answered, taken back within some seconds, and sent once', async ({ page }) => {
  await open(page, '/inbox', 'user')
  const guest = await somebody(page, 'email')
  const { details } = await connectionOf(page, 'email')
  const subject = `Late arrival ${Date.now()}`
  await ask(page, 'POST', '/sandbox/mails', {
    sender: { address: guest.address, name: guest.name },
    to: details.address,
    subject,
    text: 'Our flight lands at 23:40. Is that a problem?',
  })

  // It comes by itself, unread and to be answered.
  const row = page.getByRole('link', { name: new RegExp(subject) })
  await expect(row).toBeVisible({ timeout: 20_000 })
  await expect(row).toContainText('Attentive')
  await row.click()
  const thread = page.getByRole('log')
  await expect(thread.getByText('Our flight lands at 23:40.')).toBeVisible()
  await expect(row.getByRole('img', { name: /unread/ })).toHaveCount(0)

  // A template by its key, changed by hand.
  await page.keyboard.press('r')
  const words = page.getByRole('textbox', { name: 'Message' })
  await expect(words).toBeFocused()
  await words.pressSequentially('/')
  await expect(page.getByRole('listbox', { name: 'Templates' })).toBeVisible()
  await page.keyboard.press('Escape')
  await words.fill('No problem at all: somebody waits for you.')
  await expect(page.getByText('Draft saved')).toBeVisible()

  // It survives a reload.
  await page.reload()
  await expect(words).toHaveValue('No problem at all: somebody waits for you.')

  // Sent, thought better of, changed, sent again.
  await words.press('Control+Enter')
  await expect(words).toHaveValue('')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(words).toHaveValue('No problem at all: somebody waits for you.')
  await words.press('End')
  await words.pressSequentially(' Safe travels!')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByText('Leaves in', { exact: false })).toBeVisible()
  const sent = thread.getByRole('article', { name: /^Message from/ }).filter({ hasText: 'Safe travels!' })
  await expect(sent).toBeVisible({ timeout: 30_000 })
  await expect(sent.getByRole('img', { name: /Sent|Delivered|Read/ })).toBeVisible({ timeout: 20_000 })
  await expect(page.getByRole('button', { name: 'Answered', exact: true })).toBeVisible()

  // The guest has it once.
  const mails = (await (await ask(page, 'GET', `/sandbox/mails?address=${encodeURIComponent(guest.address)}`)).json()) as {
    subject: string
  }[]
  expect(mails.filter((each) => each.subject.includes(subject) && each.subject.startsWith('Re'))).toHaveLength(1)
})

test('a comment is for the team, and the conversation goes to the archive and back by keys', async ({ page }) => {
  await open(page, '/inbox')
  await page.getByRole('region', { name: 'Conversations' }).getByRole('listitem').first().getByRole('link').click()
  await expect(page.getByRole('log')).toBeVisible()
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('c')
  await page.getByRole('textbox', { name: 'Comment' }).fill('He asked for a vegetarian menu.')
  await page.getByRole('textbox', { name: 'Comment' }).press('Control+Enter')
  await expect(page.getByRole('article', { name: /for the team only/ }).filter({ hasText: 'vegetarian' })).toBeVisible()
  const address = page.url()
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('e')
  await expect(page).not.toHaveURL(address)
  await page.goto(address)
  await page.getByRole('button', { name: 'Bring back from the archive' }).click()
  await expect(page.getByRole('button', { name: 'Archive', exact: true })).toBeVisible()
})

test('what was sent without a line waits in its place, and leaves once with another try', async ({ page, context }) => {
  await open(page, '/inbox')
  await page.getByRole('region', { name: 'Conversations' }).getByRole('listitem').nth(1).getByRole('link').click()
  const words = page.getByRole('textbox', { name: 'Message' })
  await expect(words).toBeVisible()
  await context.setOffline(true)
  await expect(page.getByText('No connection.', { exact: false })).toBeVisible()
  const text = `Written on the ferry ${Date.now()}`
  await words.fill(text)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  const waiting = page.getByRole('article', { name: 'A message that has not left yet' }).filter({ hasText: text })
  await expect(waiting.getByRole('button', { name: 'Try again' })).toBeVisible()
  await context.setOffline(false)
  await expect(page.getByText('No connection.', { exact: false })).toHaveCount(0, { timeout: 30_000 })
  await waiting.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('article', { name: /^Message from/ }).filter({ hasText: text })).toHaveCount(1, { timeout: 30_000 })
  await expect(waiting).toHaveCount(0)
})
