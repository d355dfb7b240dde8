// The demo's people, who write and read through the sandbox as guests and suppliers do.

import type { Page } from '@playwright/test'

import { expect, up } from './signed-in'

const API = `${up.address}/api/v1`

interface Upload {
  name: string
  mimeType: string
  buffer: Buffer
}

interface Asked {
  data?: unknown
  file?: Upload
  /** The version that is changed. */
  version?: number
  /** Makes it once, however often it is asked for. */
  key?: string
}

/** What the API answers who is signed in in `page`. */
export async function ask<T = unknown>(
  page: Page,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  { data, file, version, key }: Asked = {},
): Promise<T> {
  const headers: Record<string, string> = {}
  if (method !== 'GET') headers['X-CSRF-Token'] = (await ask<{ csrf: string }>(page, 'GET', '/session')).csrf
  if (version !== undefined) headers['If-Match'] = `"v${version}"`
  if (key !== undefined) headers['Idempotency-Key'] = key
  const answer = await page.request.fetch(API + path, {
    method,
    headers,
    ...(data !== undefined && { data }),
    ...(file !== undefined && { multipart: { file } }),
  })
  const said = await answer.text()
  expect(answer.ok(), `${method} ${path}: ${said}`).toBe(true)
  return (said === '' ? undefined : JSON.parse(said)) as T
}

/** Uploads a file; returns how the sandbox's people name what they attach. */
export async function upload(page: Page, file: Upload): Promise<unknown> {
  return (await ask<{ file: unknown }>(page, 'POST', '/files', { file })).file
}

export interface Contact {
  id: string
  name: string
  identities: { scheme: string; value: string }[]
}

/** Where somebody is reached; empty where he is not. */
export function addressOf({ identities }: Contact, scheme: 'email' | 'phone'): string {
  return identities.find((each) => each.scheme === scheme)?.value ?? ''
}

/** A traveller of the demo's trips, with a mailbox or a phone; each test takes its own. Other tests bring people in. */
export async function somebody(page: Page, scheme: 'email' | 'phone', nth = 0): Promise<Contact & { address: string }> {
  const { contacts } = await ask<{ contacts: Contact[] }>(page, 'GET', '/contacts?kind=traveller&has_trips=true&limit=100')
  const found = contacts.filter((each) => addressOf(each, scheme) !== '')[nth]
  if (!found) throw new Error(`Nobody has a ${scheme}`)
  return { ...found, address: addressOf(found, scheme) }
}

interface Connection {
  id: string
  channel: string
  details: { label: string; address?: string; default: boolean }
}

export async function connectionOf(page: Page, channel: string): Promise<Connection> {
  const all = await ask<Connection[]>(page, 'GET', '/connections')
  const ours = all.filter((each) => each.channel === channel)
  const found = ours.find((each) => each.details.default) ?? ours[0]
  if (!found) throw new Error(`There is no ${channel}`)
  return found
}

/** Somebody writes STOP to our carrier, which is made where there is none. */
export async function stopTexts(page: Page, number: string): Promise<void> {
  const all = await ask<Connection[]>(page, 'GET', '/connections')
  if (!all.some((each) => each.channel === 'sms')) {
    const details = { label: 'Texts', kind: 'sandbox', sender: '+351210000000' }
    await ask(page, 'POST', '/connections', { data: { channel: 'sms', details } })
  }
  await ask(page, 'POST', '/sandbox/texts', { data: { number, text: 'STOP' } })
  const path = `/sms/opt-outs?number=${encodeURIComponent(number)}`
  await expect.poll(async () => (await ask<{ opt_outs: unknown[] }>(page, 'GET', path)).opt_outs.length).toBe(1)
}

interface Mail {
  id: string
  subject: string
  text: string
  cc: { address: string }[]
  attachments: { name: string }[]
}

/** What a sandbox mailbox holds of what says `words`, the newest first. */
export async function mailsOf(page: Page, address: string, words: string): Promise<Mail[]> {
  const mails = await ask<Mail[]>(page, 'GET', `/sandbox/mails?address=${encodeURIComponent(address)}`)
  return mails.filter((each) => each.subject.includes(words) || each.text.includes(words))
}

/** A mail that says `words`, once it has arrived: that is a moment after it was sent. */
export async function arrived(page: Page, address: string, words: string): Promise<Mail> {
  let found: Mail | undefined
  await expect
    .poll(async () => ([found] = await mailsOf(page, address, words)).length, { message: `${words} to ${address}` })
    .toBeGreaterThan(0)
  if (!found) throw new Error('unreachable')
  return found
}

/** Somebody writes us a mail. */
export async function writes(page: Page, { name, address }: { name: string; address: string }, subject: string, text: string): Promise<void> {
  const { details } = await connectionOf(page, 'email')
  await ask(page, 'POST', '/sandbox/mails', { data: { sender: { address, name }, to: details.address, subject, text } })
}

/** A page of paper, as a supplier sends it. */
export const PAPER: Upload = {
  name: 'vouchers.pdf',
  mimeType: 'application/pdf',
  buffer: Buffer.from(
    [
      '%PDF-1.4',
      '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
      '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
      '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]>>endobj',
      'trailer<</Root 1 0 R>>',
      '%%EOF',
    ].join('\n'),
  ),
}

/** What somebody says into his phone: the head of an Ogg stream of Opus, as WhatsApp sends it. */
export const VOICE: Upload = {
  name: 'voice.ogg',
  mimeType: 'audio/ogg',
  buffer: Buffer.concat([Buffer.from('OggS\0\x02'), Buffer.alloc(20), Buffer.from('\x01\x13OpusHead\x01\x01'), Buffer.alloc(64)]),
}
