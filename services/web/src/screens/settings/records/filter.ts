import type { Query } from '@/api'
import { momentOf } from '@/time'
import { addDays } from '@/trips/days'

import type { Search } from '../search'

/** The filters as the API knows them, for the list and for its file. */
export type Filter = Omit<Query<'/audit'>, 'cursor' | 'limit'>

const KIND = ':' // between what was done, and of which kind that was

/** Days are the reader's own, from the first moment of one to the last of the other. */
export function filterOf({ q, user, what, about, entity, thing, from, to }: Search): Filter {
  const [action, kind] = what?.split(KIND) ?? []
  const words = [q, kind].filter(Boolean).join(' ')
  return stated({
    q: words || undefined,
    user,
    action,
    about,
    entity,
    entity_id: thing,
    since: from === undefined ? undefined : startOf(from),
    until: to === undefined ? undefined : startOf(addDays(to, 1)),
  })
}

function startOf(day: string): string {
  return momentOf(`${day} 00:00:00`).toISOString()
}

function stated(values: { [K in keyof Filter]: Filter[K] | undefined }): Filter {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
