import type { Page } from '@playwright/test'

import { arrived, ask, mailsOf, somebody, writes } from './guests'
import { expect, open, test } from './signed-in'

/** Gives the page a file as a browser does that pastes or drops it. */
async function give(page: Page, how: 'paste' | 'drop', name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).evaluate(
    (field, { how, name }) => {
      const files = new DataTransfer()
      files.items.add(new File([`What ${name} says`], name, { type: 'text/plain' }))
      const init = { bubbles: true, cancelable: true }
      field.dispatchEvent(
        how === 'paste' ? new ClipboardEvent(how, { ...init, clipboardData: files }) : new DragEvent(how, { ...init, dataTransfer: files }),
      )
    },
    { how, name },
  )
}

test('a new message goes to whom one finds, with a copy, and once', async ({ page }) => {
  await open(page, '/inbox', 'user')
  const guest = await somebody(page, 'email', 7)
  const colleague = await somebody(page, 'email', 8)
  const subject = `Your arrival ${Date.now()}`
  await page.keyboard.press('n')
  const dialogue = page.getByRole('dialog', { name: 'New message' })
  const to = dialogue.getByRole('combobox', { name: 'To' })
  await to.fill(guest.address)
  await page.getByRole('option').filter({ hasText: guest.address }).click()
  await to.press('Escape') // the list of people, and not the message
  await dialogue.getByRole('radio', { name: 'Email' }).check({ force: true })
  await dialogue.getByRole('button', { name: 'Cc, Bcc' }).click()
  await dialogue.getByLabel(/^Cc:/).fill(colleague.address)
  await dialogue.getByLabel(/^Cc:/).press(',')
  await dialogue.getByLabel('Subject').fill(subject)
  await dialogue.getByLabel('Your own words').fill('Somebody waits for you at the pier.')
  await expect(dialogue.frameLocator('iframe').getByText('Somebody waits for you at the pier.')).toBeVisible()
  await dialogue.getByRole('button', { name: 'Send 1 message' }).dblclick()
  await expect(dialogue.getByText('1 message sent')).toBeVisible()

  await dialogue.getByRole('link', { name: 'Open the conversation' }).click()
  await expect(dialogue).toHaveCount(0)
  const sent = page.getByRole('log').getByRole('article').filter({ hasText: subject })
  await expect(sent).toHaveCount(1)
  const copy = await arrived(page, colleague.address, subject)
  expect(copy.cc.map((each) => each.address)).toEqual([colleague.address])
  expect(await mailsOf(page, guest.address, subject)).toHaveLength(1)
  expect(await mailsOf(page, colleague.address, subject)).toHaveLength(1)
})

test('a template is filled, files are pasted and dropped, all of it taken back, planned, withdrawn, and sent', async ({ page }) => {
  await open(page, '/inbox')
  const guest = await somebody(page, 'email', 10)
  const stamp = String(Date.now())
  const template = { name: `Meeting point ${stamp}`, kind: 'message', channel: 'email', language: 'en', subject: '', body: 'Dear {{ recipient.name }}, we meet {{ meeting_point }}.' }
  await ask(page, 'POST', '/templates', { data: template, key: `template-${stamp}` })
  await writes(page, guest, `Where? ${stamp}`, 'Where do we meet?')
  await page.getByRole('link', { name: new RegExp(`Where\\? ${stamp}`) }).click()

  // What nobody knows is asked for, before a word of it stands there.
  const words = page.getByRole('textbox', { name: 'Message' })
  await words.pressSequentially(`/${stamp}`)
  await expect(page.getByRole('listbox', { name: 'Templates' }).getByRole('option')).toHaveText([/Meeting point/])
  await words.press('Enter')
  const form = page.getByRole('dialog', { name: template.name })
  await form.getByLabel('meeting_point').fill('at the old pier')
  await form.getByRole('button', { name: 'Insert' }).click()
  const text = `Dear ${guest.name}, we meet at the old pier.`
  await expect(words).toHaveValue(text)

  const files = page.getByRole('group', { name: 'Attached files' })
  await give(page, 'paste', 'map.txt')
  await give(page, 'drop', 'rules.txt')
  await expect(files.getByRole('button', { name: /^Remove/ })).toHaveCount(2)
  await expect(files.getByRole('img', { name: 'Loading' })).toHaveCount(0) // both are there, and not under way
  await expect(page.getByText('Draft saved')).toBeVisible()
  await page.reload()
  await expect(words).toHaveValue(text)
  await expect(files).toContainText('map.txt')
  await expect(files).toContainText('rules.txt')

  // Sent by a double click, once, and thought better of: words and files are back.
  const leaving = page.getByRole('article', { name: 'A message that has not left yet' })
  await page.getByRole('button', { name: 'Send', exact: true }).dblclick()
  await expect(leaving).toHaveCount(1)
  await leaving.getByRole('button', { name: 'Undo' }).click()
  await expect(leaving).toHaveCount(0)
  await expect(words).toHaveValue(text)
  await expect(files).toContainText('map.txt')
  await expect(files).toContainText('rules.txt')

  // Planned, changed, planned again, and withdrawn for good; the next one is planned and sent after all.
  const later = async () => {
    await page.getByRole('button', { name: 'Send later' }).click()
    await page.getByRole('menuitem', { name: 'Tomorrow at 9:00' }).click()
  }
  const planned = page.getByRole('article', { name: 'A message that leaves later' })
  await later()
  await expect(planned).toContainText(text)
  await expect(words).toHaveValue('')
  await planned.getByRole('button', { name: 'Change' }).click()
  await expect(planned).toHaveCount(0)
  await expect(words).toHaveValue(text)
  await expect(files).toContainText('rules.txt')
  await later()
  await planned.getByRole('button', { name: 'Withdraw' }).click()
  await expect(planned).toHaveCount(0)
  await expect(words).toHaveValue('')

  await words.fill(`At nine, then. ${stamp}`)
  await give(page, 'paste', 'map.txt')
  await expect(files.getByRole('button', { name: 'Remove map.txt' })).toBeVisible()
  await later()
  await planned.getByRole('button', { name: 'Send now' }).click()
  const sent = page.getByRole('article', { name: /^Message from/ }).filter({ hasText: `At nine, then. ${stamp}` })
  await expect(sent.getByRole('link', { name: /map\.txt/ })).toBeVisible()
  await expect(sent.getByRole('img', { name: /Sent|Delivered|Read/ })).toBeVisible()
  await expect(sent).toHaveCount(1)
  const mails = await mailsOf(page, guest.address, stamp)
  expect(mails.map((each) => each.attachments.map((file) => file.name))).toEqual([['map.txt']])
})
