import { onlineManager, type QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Offline } from '@/api'

import { makeQueries, meQuery } from './queries'

const away = () => Promise.reject(new Offline())
let queries: QueryClient

beforeEach(() => {
  queries = makeQueries()
})

afterEach(() => {
  queries.clear()
  onlineManager.setOnline(true)
  vi.unstubAllGlobals()
})

describe('without a line', () => {
  beforeEach(() => onlineManager.setOnline(false))

  it('what somebody does fails, and does not leave later by itself', async () => {
    const mutation = queries.getMutationCache().build(queries, { mutationFn: away, meta: { silent: true } })
    const done = mutation.execute(undefined).catch((error: unknown) => error)
    await vi.waitFor(() => expect(mutation.state.status).toBe('error'))
    expect(await done).toBeInstanceOf(Offline)
    expect(mutation.state.isPaused).toBe(false)
  })

  it('what a screen asks fails, so that it can say so', async () => {
    void queries.query({ queryKey: ['a'], queryFn: away, retry: false }).catch(() => undefined)
    await vi.waitFor(() => expect(queries.getQueryState(['a'])?.status).toBe('error'))
  })
})

it('who may not do something any more is told what he may', async () => {
  queries.setQueryData(meQuery.queryKey, { rights: ['read', 'send'] } as never)
  vi.stubGlobal('fetch', (address: string) =>
    Promise.resolve(
      address.endsWith('/me')
        ? Response.json({ rights: ['read'] })
        : Response.json({ status: 403, code: 'gateway.forbidden', detail: 'No' }, { status: 403 }),
    ),
  )
  const { api } = await import('@/api')
  void queries.query({ queryKey: ['contacts'], queryFn: () => api.get('/contacts') }).catch(() => undefined)
  await vi.waitFor(() => expect(queries.getQueryData(meQuery.queryKey)).toEqual({ rights: ['read'] }))
})
