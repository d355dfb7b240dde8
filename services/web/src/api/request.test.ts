import { beforeEach, describe, expect, it, vi } from 'vitest'

import { api, isPassing, Offline, Problem } from '.'
import { addressOf, onSignedOut, request, setCsrf } from './request'

const fetched = vi.fn<typeof fetch>()

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  fetched.mockResolvedValueOnce(new Response(status === 204 ? null : JSON.stringify(body), { status, headers }))
}

const asked = () => {
  const [address, init] = fetched.mock.calls.at(-1) ?? []
  return { address, method: init?.method, headers: new Headers(init?.headers), body: init?.body }
}

beforeEach(() => {
  fetched.mockReset()
  vi.stubGlobal('fetch', fetched)
  setCsrf('token')
})

describe('a request', () => {
  it('fills the path and the query, and leaves out what is not given', () => {
    const query = { q: 'a b', limit: 5, archived: false, cursor: undefined, unread: null }
    expect(addressOf('/contacts/{id}', { path: { id: 'a/b' }, query })).toBe(
      '/api/v1/contacts/a%2Fb?q=a+b&limit=5&archived=false',
    )
  })

  it('carries the CSRF token with a change, and not when it only reads', async () => {
    answer(200, {})
    await request('get', '/me')
    expect(asked().headers.has('X-CSRF-Token')).toBe(false)
    answer(204, null)
    await expect(request('delete', '/drafts/{id}', { path: { id: '1' } })).resolves.toBeUndefined()
    expect(asked().headers.get('X-CSRF-Token')).toBe('token')
  })

  it('says which state it changes, and which thing it sends', async () => {
    answer(201, [])
    await request('post', '/messages', { body: { text: 'x' }, key: 'key-12345', version: 3 })
    expect(asked().headers.get('Idempotency-Key')).toBe('key-12345')
    expect(asked().headers.get('If-Match')).toBe('"v3"')
    expect(asked().body).toBe('{"text":"x"}')
  })

  it('raises what the API says is wrong, by its field', async () => {
    answer(422, { status: 422, code: 'contacts.invalid', detail: 'Wrong', errors: [{ field: 'name', reason: 'is too long' }] })
    const error = await api.get('/me').catch((each: unknown) => each)
    expect(error).toBeInstanceOf(Problem)
    expect(error).toMatchObject({ status: 422, code: 'contacts.invalid', message: 'Wrong' })
    expect((error as Problem).reason('name')).toBe('is too long')
    expect(isPassing(error)).toBe(false)
  })

  it('understands an answer that is no problem+json', async () => {
    fetched.mockResolvedValueOnce(new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'Retry-After': '7' } }))
    const error = await api.get('/me').catch((each: unknown) => each)
    expect(error).toMatchObject({ status: 502, code: 'http.502', retryAfter: 7 })
    expect(isPassing(error)).toBe(true)
  })

  it('says that the server is away', async () => {
    fetched.mockRejectedValueOnce(new TypeError('Failed to fetch'))
    const error = await api.get('/me').catch((each: unknown) => each)
    expect(error).toBeInstanceOf(Offline)
    expect(isPassing(error)).toBe(true)
  })

  it('tells that the session has ended, but not who asks whether there is one', async () => {
    const ended = vi.fn()
    const stop = onSignedOut(ended)
    const problem = { status: 401, code: 'rights.not_signed_in', detail: 'Sign in first' }
    answer(401, problem)
    await expect(request('post', '/session', { body: {} })).rejects.toThrow('Sign in first')
    expect(ended).not.toHaveBeenCalled()
    answer(401, problem)
    await expect(api.get('/me')).rejects.toThrow()
    expect(ended).toHaveBeenCalledOnce()
    stop()
  })

  it('uploads a file as a form', async () => {
    answer(201, { id: '1' })
    await api.upload(new Blob(['x']), 'plan.pdf')
    expect((asked().body as FormData).get('file')).toMatchObject({ name: 'plan.pdf' })
    expect(asked().headers.has('Content-Type')).toBe(false)
  })
})
