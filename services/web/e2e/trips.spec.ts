import { select, three } from './concierge'
import { addressOf, arrived, ask, type Contact } from './guests'
import { expect, open, test, up } from './signed-in'

test('three services become one order, and the supplier’s answer appears on the trip', async ({ page }) => {
  await open(page, '/concierge', 'user')
  const services = await three(page)
  const { itinerary_id: trip, details } = services[0].service
  const words = `Please confirm by tonight (${Date.now()}).`
  await select(page, services)
  await page.getByRole('button', { name: 'Purchase order' }).click()
  const dialogue = page.getByRole('dialog', { name: 'Purchase order' })
  await dialogue.getByRole('radio', { name: 'Email' }).check({ force: true })
  const mail = dialogue.frameLocator('iframe[title="As it will be read"]')
  for (const { service } of services) await expect(mail.getByText(service.details.name).first()).toBeVisible()
  await dialogue.getByLabel('Your own words').fill(words)
  await expect(mail.getByText(words)).toBeVisible()
  await dialogue.getByRole('button', { name: 'Send 1 message' }).dblclick()
  await expect(dialogue.getByText('1 message sent')).toBeVisible()
  await dialogue.getByRole('button', { name: 'Close' }).last().click()
  await expect(dialogue).toHaveCount(0)

  await page.goto(`${up.address}/itineraries/${trip}`)
  const timeline = page.getByRole('region', { name: 'Timeline' })
  const order = timeline.getByRole('article').filter({ hasText: words })
  await expect(order).toHaveCount(1)
  await expect(order).toContainText('Purchase order')

  // The supplier reads it and answers.
  const supplier = await ask<Contact>(page, 'GET', `/contacts/${details.supplier_id ?? ''}`)
  const { id } = await arrived(page, addressOf(supplier, 'email'), words)
  await ask(page, 'POST', `/sandbox/mails/${id}/open`)
  await ask(page, 'POST', `/sandbox/mails/${id}/reply`, { data: { text: `All three are confirmed: ${words}` } })
  await expect(timeline.getByRole('article').filter({ hasText: 'All three are confirmed' }).filter({ hasText: words })).toBeVisible()
  await expect(order.getByRole('img', { name: /^Read/ })).toBeVisible()
})
