import { beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'

import { api, type Conversation, Problem } from '@/api'

import { settle } from './change'

const saw = { id: 'a', version: 4, state: 'answered', label_ids: ['x'] } as Conversation
const answer = { change: { what: 'state', state: 'attentive' } as const, conversation: saw }
const stale = () => new Problem({ status: 412, code: 'inbox.conversation_changed', detail: '', request_id: '', errors: [] })

let put: MockInstance<typeof api.put>
let get: MockInstance<typeof api.get>
beforeEach(() => {
  put = vi.spyOn(api, 'put')
  get = vi.spyOn(api, 'get')
})

describe('what a person does with a conversation', () => {
  it('is done upon what happened in it meanwhile', async () => {
    put.mockRejectedValueOnce(stale()).mockResolvedValueOnce({ ...saw, version: 8 } as never)
    get.mockResolvedValueOnce({ ...saw, version: 7 })
    expect((await settle(saw, answer)).version).toBe(8)
    expect(put.mock.calls.map(([, asked]) => (asked as { version: number }).version)).toEqual([4, 7])
  })

  it('is refused where somebody else did something with the same', async () => {
    put.mockRejectedValueOnce(stale())
    get.mockResolvedValueOnce({ ...saw, version: 7, state: 'attentive' } as never)
    await expect(settle(saw, answer)).rejects.toThrow(Problem)
    expect(put).toHaveBeenCalledTimes(1)
  })

  it('is refused for any other reason at once', async () => {
    const refused = new Problem({ status: 403, code: 'rights.forbidden', detail: '', request_id: '', errors: [] })
    put.mockRejectedValueOnce(refused)
    await expect(settle(saw, answer)).rejects.toBe(refused)
    expect(get).not.toHaveBeenCalled()
  })
})
