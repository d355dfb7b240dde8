import { ask, mailsOf, somebody, writes } from './guests'
import { expect, open, test } from './signed-in'

test('a mail is answered, taken back within some seconds, and sent once', async ({ page }) => {
  await open(page, '/inbox', 'user')
  const guest = await somebody(page, 'email')
  const subject = `Late arrival ${Date.now()}`
  await writes(page, guest, subject, `Our flight lands at 23:40. ${subject}`)

  // It comes by itself, unread and to be answered.
  const row = page.getByRole('link', { name: new RegExp(subject) })
  await expect(row).toContainText('Attentive')
  await row.click()
  const thread = page.getByRole('log')
  await expect(thread.getByText(`Our flight lands at 23:40. ${subject}`)).toBeVisible()
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
  await words.pressSequentially(` Safe travels! ${subject}`)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByText('Leaves in', { exact: false })).toBeVisible()
  const sent = thread.getByRole('article', { name: /^Message from/ }).filter({ hasText: `Safe travels! ${subject}` })
  await expect(sent.getByRole('img', { name: /Sent|Delivered|Read/ })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Answered', exact: true })).toBeVisible()

  // The guest has it once.
  const mails = await mailsOf(page, guest.address, subject)
  expect(mails.filter((each) => each.subject.startsWith('Re'))).toHaveLength(1)
})

test('a comment is for the team, and the conversation goes to the archive and back by keys', async ({ page }) => {
  await open(page, '/inbox?channel=email') // a group that we left takes no words
  await page.getByRole('region', { name: 'Conversations' }).getByRole('listitem').first().getByRole('link').click()
  await expect(page.getByRole('log')).toBeVisible()
  const text = `A vegetarian menu, he says (${Date.now()})`
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('c')
  await page.getByRole('textbox', { name: 'Comment' }).fill(text)
  await page.locator('input[type=file]').setInputFiles({ name: 'rates.txt', mimeType: 'text/plain', buffer: Buffer.from('for us alone') })
  await expect(page.getByText('rates.txt')).toBeVisible()
  // What is for the team is no part of the message beside it.
  const toggle = page.getByRole('button', { name: 'Comment', exact: true }).and(page.locator('[aria-pressed]'))
  await toggle.click()
  await expect(page.getByText('rates.txt')).toHaveCount(0)
  await toggle.click()
  await page.getByRole('textbox', { name: 'Comment' }).fill(text)
  await page.getByRole('textbox', { name: 'Comment' }).press('Control+Enter')
  const comment = page.getByRole('article', { name: /for the team only/ }).filter({ hasText: text })
  await expect(comment.getByText('rates.txt')).toBeVisible()
  const address = page.url()
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('e')
  await expect(page).not.toHaveURL(address)
  await page.goto(address)
  await page.getByRole('button', { name: 'Bring back from the archive' }).click()
  await expect(page.getByRole('button', { name: 'Archive', exact: true })).toBeVisible()
})

test('what came in while one was on another screen is there on return', async ({ page }) => {
  await open(page, '/inbox')
  const guest = await somebody(page, 'email', 6)
  const subject = `Dinner for two ${Date.now()}`
  await writes(page, guest, subject, `A table by the window? ${subject}`)
  await page.getByRole('link', { name: new RegExp(subject) }).first().click()
  const thread = page.getByRole('log')
  await expect(thread.getByText(`A table by the window? ${subject}`)).toBeVisible()

  await page.getByRole('navigation').getByRole('link', { name: 'Itineraries' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Itineraries' })).toBeVisible()
  const later = `Three of us after all. ${subject}`
  await writes(page, guest, `Re: ${subject}`, later)
  await expect
    .poll(async () => JSON.stringify(await ask(page, 'GET', '/conversations?limit=20')).includes('Three of us after all'))
    .toBe(true)
  await page.goBack()
  await expect(thread.getByText(later)).toBeVisible()
})
