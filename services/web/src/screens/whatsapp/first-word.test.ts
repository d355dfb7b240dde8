import { QueryClient } from '@tanstack/react-query'
import { expect, it, vi } from 'vitest'

import { api } from '@/api'

import { mayWriteQuery } from './first-word'

it.each([
  [[], true],
  [[{ field: 'text', reason: 'is empty' }], true],
  [[{ field: 'approved_template', reason: 'nobody wrote to this number yet' }], false],
])('begins freely where the API has nothing against it: %j', async (problems, free) => {
  vi.spyOn(api, 'post').mockResolvedValue([{ problems }] as never)
  expect(await new QueryClient().query(mayWriteQuery('rita', 'ours'))).toBe(free)
})
