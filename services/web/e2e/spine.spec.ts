import { select, three } from './concierge'
import { addressOf, arrived, ask, type Contact, PAPER, upload } from './guests'
import { expect, open, test, up } from './signed-in'

test('a supplier is asked about three services, and his answer with its file comes by itself', async ({ page, context }) => {
  await open(page, '/concierge', 'user')
  const services = await three(page)
  const { itinerary_id: trip, details } = services[0].service
  const words = `Is everything as we planned it (${Date.now()})?`

  // The trip is open in another window: nobody loads it anew.
  const other = await context.newPage()
  await other.goto(`${up.address}/itineraries/${trip}`)
  const timeline = other.getByRole('region', { name: 'Timeline' })
  await expect(timeline).toBeVisible()

  await select(page, services)
  await page.getByRole('button', { name: 'Contact supplier' }).click()
  const dialogue = page.getByRole('dialog', { name: 'Contact supplier' })
  await dialogue.getByRole('radio', { name: 'Email' }).check({ force: true })
  await dialogue.getByLabel('Your own words').fill(words)
  const preview = dialogue.frameLocator('iframe[title="As it will be read"]')
  await expect(preview.getByText(words)).toBeVisible()
  for (const { service } of services) await expect(preview.getByText(service.details.name).first()).toBeVisible()
  await dialogue.getByRole('button', { name: 'Send 1 message' }).click()
  await expect(dialogue.getByText('1 message sent')).toBeVisible()
  const sent = timeline.getByRole('article').filter({ hasText: words })
  await expect(sent).toHaveCount(1)

  const supplier = await ask<Contact>(page, 'GET', `/contacts/${details.supplier_id ?? ''}`)
  const { id } = await arrived(page, addressOf(supplier, 'email'), words)
  const file = await upload(page, PAPER)
  const answer = `Yes, it is. The vouchers are attached (${Date.now()}).`
  await ask(page, 'POST', `/sandbox/mails/${id}/reply`, { data: { text: answer, attachments: [file] } })
  const came = timeline.getByRole('article').filter({ hasText: answer })
  await expect(came).toBeVisible()
  await expect(came.getByRole('link', { name: PAPER.name })).toBeVisible()

  // From the trip to the conversation, where it stands too.
  await came.getByRole('button', { name: 'What to do with this message' }).click()
  await other.getByRole('menuitem', { name: 'Open the conversation' }).click()
  const said = other.getByRole('log').getByRole('article').filter({ hasText: answer })
  await expect(said.getByRole('link', { name: PAPER.name })).toBeVisible()
})
