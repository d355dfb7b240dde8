import type { Page } from '@playwright/test'

import { ask } from './guests'
import { expect, open, test, up } from './signed-in'

interface Made {
  id: string
  public_url: string
}

test('a listing gets pictures, and guests see its cover', async ({ page, browser }) => {
  await open(page, '/itineraries', 'user')
  const casa = await ask<Made>(page, 'POST', '/listings', { data: { name: 'Casa do Rio', address: '', zone: 'Europe/Lisbon' } })
  const details = { title: 'A week by the river', start: '2027-05-03', end: '2027-05-08', zone: 'Europe/Lisbon', listing_id: casa.id }
  const trip = await ask<Made>(page, 'POST', '/itineraries', { data: { details } })
  await page.goto(`${up.address}/itineraries/${trip.id}`)
  await page.getByRole('button', { name: 'Casa do Rio' }).click()
  const dialogue = page.getByRole('dialog', { name: 'Casa do Rio' })
  await expect(dialogue.getByText('No pictures')).toBeVisible()
  const files = [await painted(page, 'front.png', '#0f5c6e'), await painted(page, 'garden.png', '#2f9e44')]
  await dialogue.locator('input[type=file]').setInputFiles(files)
  const second = dialogue.getByRole('img', { name: 'Casa do Rio, picture 2' })
  await expect(second).toBeVisible()
  const first = dialogue.getByRole('img', { name: 'Casa do Rio, picture 1' })
  const later = await second.getAttribute('src')
  await dialogue.getByRole('button', { name: 'Make it the cover' }).click()
  await expect(first).toHaveAttribute('src', later ?? '')
  await dialogue.getByRole('button', { name: 'Remove picture 2' }).click()
  await expect(second).toHaveCount(0)

  // Her guest has no account, and her page loads no other host's pictures.
  const guest = await browser.newPage()
  await guest.goto(trip.public_url)
  const cover = guest.locator('img.cover')
  await expect(cover).toBeVisible()
  expect(await cover.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
  await guest.close()
})

/** A picture all of one colour. */
async function painted(page: Page, name: string, colour: string) {
  const url = await page.evaluate((fill) => {
    const canvas = document.createElement('canvas')
    canvas.width = 640
    canvas.height = 400
    const pen = canvas.getContext('2d')
    if (pen === null) throw new Error('no canvas')
    pen.fillStyle = fill
    pen.fillRect(0, 0, 640, 400)
    return canvas.toDataURL('image/png')
  }, colour)
  return { name, mimeType: 'image/png', buffer: Buffer.from(url.split(',')[1] ?? '', 'base64') }
}
