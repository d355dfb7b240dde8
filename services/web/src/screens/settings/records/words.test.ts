import { expect, it } from 'vitest'

import type { AuditEntry } from '@/api'

import { choices, did } from './actions'
import { changesOf, gistOf, shown, titleOf, whoOf } from './words'

function entry(more: Record<string, unknown>): AuditEntry {
  return { action: 'contact.updated', label: 'Rui', before: {}, after: {}, user_name: null, role: 'owner', ...more } as unknown as AuditEntry
}

it('says who sent a price to whom', () => {
  const sent = entry({
    action: 'message.sent',
    label: 'Your days in Porto',
    after: { kind: 'proposal', to: ['marta@guests.example', 'rui@guests.example'], itineraries: ['TRP-7'] },
    user_name: 'Ana',
  })
  expect(titleOf(sent)).toBe('Proposal · sent')
  expect(gistOf(sent)).toBe('to marta@guests.example, rui@guests.example · TRP-7 · Your days in Porto')
  expect(whoOf(sent)).toBe('Ana')
})

it('sets what was beside what is', () => {
  const changed = entry({ before: { name: 'Ruy', tags: ['a', 'b'], gone: 1 }, after: { name: 'Rui', tags: [], vip: true } })
  expect(changesOf(changed)).toEqual([
    { field: 'name', before: 'Ruy', after: 'Rui' },
    { field: 'tags', before: 'a, b', after: '' },
    { field: 'gone', before: '1', after: '' },
    { field: 'vip', before: '', after: 'yes' },
  ])
  expect(gistOf(changed)).toBe('Rui · name: Ruy → Rui · tags: a, b')
  expect(shown({ a: 1 })).toBe('{"a":1}')
  expect(shown('2025-12-01T10:27:03.711270Z')).toMatch(/^\D*1\D*25$/)
})

it('leaves out of the line what says nothing to a person', () => {
  const made = entry({ action: 'label.created', label: 'Vegan', after: { id: '01a2', name: 'Vegan', colour: '#0f5c6e', listing_id: '01a3', version: 1 } })
  expect(gistOf(made)).toBe('Vegan · name: Vegan · colour: #0f5c6e')
})

it('says that words went with a person', () => {
  const erased = entry({ label: null, before: null, after: null })
  expect(changesOf(erased)).toEqual([])
  expect(gistOf(erased)).toBe('What it said went with the erasure of the contact')
})

it('has words for who is no person, and for what it never heard of', () => {
  expect(whoOf(entry({ role: 'service' }))).toBe('Fairlead')
  expect(whoOf(entry({ role: 'nobody' }))).toBe('A guest')
  expect(did('robot.switched_on')).toBe('robot · switched on')
})

it('has words of its own for all that can be asked for', () => {
  const all = choices().flatMap(({ items }) => items)
  expect(all.filter(({ label }) => label.startsWith('records.'))).toEqual([])
  expect(new Set(all.map(({ value }) => value)).size).toBe(all.length)
  expect(new Set(all.map(({ label }) => label)).size).toBe(all.length)
})
