import { QueryClient } from '@tanstack/react-query'
import { expect, it, vi } from 'vitest'

import { afterFetch } from './fetching'

it('what an event told is not lost to an answer that was on its way', async () => {
  const queries = new QueryClient()
  let answer: (found: string[]) => void = () => undefined
  const asked = queries.query({ queryKey: ['thread', 'c'], queryFn: () => new Promise<string[]>((resolve) => (answer = resolve)) })
  afterFetch(queries, ['thread'], () => {
    queries.setQueryData<string[]>(['thread', 'c'], (old) => old && [...old, 'new'])
  })
  answer(['old'])
  await asked
  await vi.waitFor(() => expect(queries.getQueryData(['thread', 'c'])).toEqual(['old', 'new']))
})
