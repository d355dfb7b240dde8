// An entry of the log in words.

import type { AuditEntry } from '@/api'
import { t, tv } from '@/texts'
import { short } from '@/time'

import { did } from './actions'

/** Plain values by the path of their field. */
type Words = Record<string, unknown>

export interface Change {
  field: string
  before: string
  after: string
}

const TOLD = 2 // changes that a line has room for
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const OURS = /(^|[._])(id|version|updated_at)$/ // fields that say nothing to a person

/** Who it was: no person where a rule, a guest or the hub itself did it. */
export function whoOf({ user_name, role }: AuditEntry): string {
  return user_name ?? (role === 'nobody' ? t('records.guest') : t('records.itself'))
}

/** The kind of what was sent says more than that it was a message. */
export function titleOf({ action, after }: AuditEntry): string {
  const kind = (after as Words | null)?.kind
  return did(action, action === 'message.sent' && typeof kind === 'string' ? kind : undefined)
}

/** A line about it: to whom something went, or what it was before and after. */
export function gistOf(entry: AuditEntry): string {
  const { label, after, action } = entry
  if (label === null) return t('records.erased')
  const { to, itineraries } = (after ?? {}) as Words
  if (action === 'message.sent') return [t('records.to', { who: shown(to) }), shown(itineraries), label].filter(Boolean).join(' · ')
  const changes = changesOf(entry).filter(({ field }) => !OURS.test(field)).slice(0, TOLD)
  return [label, ...changes.map(({ field, before, after: now }) => `${tv('records.name', field)}: ${[before, now].filter(Boolean).join(' → ')}`)].filter(Boolean).join(' · ')
}

/** The fields that differ; one that is new or gone is empty on the other side. */
export function changesOf({ before, after }: Pick<AuditEntry, 'before' | 'after'>): Change[] {
  const [old, now] = [(before ?? {}) as Words, (after ?? {}) as Words]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].map((field) => ({
    field,
    before: shown(old[field]),
    after: shown(now[field]),
  }))
}

/** A value as it is read. */
export function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return ''
  if (typeof value === 'boolean') return tv('records.value', String(value))
  if (Array.isArray(value)) return value.map(shown).join(', ')
  if (typeof value === 'string' && MOMENT.test(value)) return short(value)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value)
}
