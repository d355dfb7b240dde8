// What each letter would say, asked of the API whenever somebody changed it.

import { queryOptions, useQueries } from '@tanstack/react-query'

import { type Answer, api, type Contact } from '@/api'

import { type Addressed, type Common, draftOf, type Letter, type Obstacle } from './letters'

export type Preview = Answer<'/messages/preview', 'post'>[number]

/** One message as it would leave. A trip that changes meanwhile changes it too. */
export function previewQuery(letter: Addressed, common: Common) {
  const draft = draftOf(letter, common)
  return queryOptions({
    queryKey: ['itineraries', 'preview', draft],
    queryFn: ({ signal }) => api.post('/messages/preview', { body: draft, signal }),
    enabled: letter.contactId !== null,
    staleTime: 60_000,
    gcTime: 60_000,
  })
}

/** The recipients themselves, by their id, as far as they are loaded. */
export function useRecipients(letters: readonly Letter[]): ReadonlyMap<string, Contact> {
  const ids = [...new Set(letters.flatMap((each) => each.contactId ?? []))]
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['contacts', 'one', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.get('/contacts/{id}', { path: { id }, signal }),
    })),
  })
  return new Map(ids.flatMap((id, index) => (found[index]?.data === undefined ? [] : [[id, found[index].data]])))
}

export type Readiness =
  | { state: 'nobody' }
  | { state: 'checking' }
  | { state: 'broken'; error: unknown }
  | { state: 'blocked'; problems: readonly Obstacle[] }
  | { state: 'ready' }

/** How far a letter is, by what the API said of it. */
export function readinessOf(
  letter: Pick<Letter, 'contactId'>,
  asked: { data: readonly Preview[] | undefined; error: unknown } | undefined,
): Readiness {
  if (letter.contactId === null) return { state: 'nobody' }
  if (asked?.data === undefined) {
    return asked?.error != null ? { state: 'broken', error: asked.error } : { state: 'checking' }
  }
  const problems = asked.data.flatMap((each) => each.problems)
  return problems.length > 0 ? { state: 'blocked', problems } : { state: 'ready' }
}
