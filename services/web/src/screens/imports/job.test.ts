import { expect, it } from 'vitest'

import { share } from './job'

it.each([
  [{ done: 3, total: 12, state: 'running' }, 25],
  [{ done: 13, total: 12, state: 'running' }, 100],
  [{ done: 0, total: null, state: 'running' }, undefined],
  [{ done: 0, total: 0, state: 'queued' }, undefined],
  [{ done: 0, total: null, state: 'done' }, 100],
] as const)('%j is %s of a hundred', (job, part) => {
  expect(share(job)).toBe(part)
})
