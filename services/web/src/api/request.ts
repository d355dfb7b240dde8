// The one place that talks to the server: how a request is put together, and what may go wrong.

import { Offline, problemOf } from './problem'

export const PREFIX = '/api/v1'

/** What can stand in an address. */
type Word = string | number | boolean | null | undefined

/** The loose form of `Asked`, once the types have done their work. */
export interface Asking {
  path?: Record<string, Word>
  query?: Record<string, Word>
  body?: unknown
  version?: number
  key?: string
  signal?: AbortSignal
}

let csrf = ''
const listeners = new Set<() => void>()

/** The token that goes with each change; from signing in, or from `GET /session`. */
export function setCsrf(token: string): void {
  csrf = token
}

/** Calls `listener` when the server says that nobody is signed in (any more). */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The address of a door, also for links and images: `addressOf('/files/{id}', {path: {id}})`. */
export function addressOf(path: string, asking: Pick<Asking, 'path' | 'query'> = {}): string {
  const filled = path.replace(/{(\w+)}/g, (_, name: string) =>
    encodeURIComponent(String(asking.path?.[name] ?? '')),
  )
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(asking.query ?? {})) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  }
  return PREFIX + filled + (query.size > 0 ? `?${query.toString()}` : '')
}

/** The answer to a request, from its JSON; undefined where there is none. */
export async function request(method: string, path: string, asking: Asking = {}): Promise<unknown> {
  const headers = new Headers({ Accept: 'application/json' })
  if (method !== 'get') headers.set('X-CSRF-Token', csrf)
  if (asking.version !== undefined) headers.set('If-Match', `"v${asking.version}"`)
  if (asking.key !== undefined) headers.set('Idempotency-Key', asking.key)
  let body: BodyInit | null = null
  if (asking.body instanceof FormData) {
    body = asking.body
  } else if (asking.body !== undefined) {
    headers.set('Content-Type', 'application/json')
    body = JSON.stringify(asking.body)
  }
  const init = { method: method.toUpperCase(), headers, body, signal: asking.signal ?? null }
  const response = await send(addressOf(path, asking), init)
  if (response.ok) {
    return response.status === 204 ? undefined : ((await response.json()) as unknown)
  }
  const problem = await problemOf(response)
  if (response.status === 401 && path !== '/session') listeners.forEach((tell) => tell())
  throw problem
}

async function send(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init)
  } catch (error) {
    // Only the reader's own cancelling is no fault of the line.
    if (init.signal?.aborted) throw error
    throw new Offline()
  }
}
