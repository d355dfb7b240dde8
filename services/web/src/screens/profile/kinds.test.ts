import { describe, expect, it } from 'vitest'

import { grouped } from './kinds'

describe('the kinds of notifications', () => {
  it('stand in their groups, with the place that the API names', () => {
    expect(grouped([{ kind: 'security_changed' }, { kind: 'task_due' }, { kind: 'message_received' }, { kind: 'overbooked' }])).toEqual([
      ['messages', [{ choice: { kind: 'message_received' }, place: 2 }]],
      ['trips', [{ choice: { kind: 'task_due' }, place: 1 }, { choice: { kind: 'overbooked' }, place: 3 }]],
      ['account', [{ choice: { kind: 'security_changed' }, place: 0 }]],
    ])
  })
})
