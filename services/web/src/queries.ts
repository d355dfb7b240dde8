// How data is fetched and kept, and the few queries that the whole client shares.

import { MutationCache, QueryCache, QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query'

import { api, isPassing, type Me, Problem, type RightName } from '@/api'
import { may, resume } from '@/api/session'
import { toast } from '@/ui/toast'

const TRIES = 3

export function makeQueries(): QueryClient {
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      // A screen shows that its first load failed; that a later one did is said here.
      onError: (error, query) => {
        if (isForbidden(error)) void refreshMe(queries)
        if (query.state.data !== undefined && !isPassing(error) && !isSignedOut(error)) toast.failure(error)
      },
    }),
    // A mutation that says nothing else tells what went wrong. `meta: { silent: true }` is for
    // those whose form shows it.
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        if (isForbidden(error)) void refreshMe(queries)
        if (!mutation.meta?.silent && !isSignedOut(error)) toast.failure(error)
      },
    }),
    defaultOptions: {
      queries: {
        // The live stream says what is old (live/topics.ts).
        staleTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        // Without a line it is asked all the same, and fails: a screen says so instead of waiting
        // for ever, and what was not sent does not leave by itself once nobody thinks of it any more.
        networkMode: 'always',
        refetchOnReconnect: true,
        retry: (failures, error) => isPassing(error) && failures < TRIES,
        retryDelay: (failures, error) =>
          error instanceof Problem && error.retryAfter !== undefined
            ? error.retryAfter * 1000
            : Math.min(500 * 2 ** failures, 8_000),
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
  return queries
}

function isForbidden(error: unknown): boolean {
  return error instanceof Problem && error.status === 403
}

function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === 401
}

/** Who is signed in; null where nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: resume,
  staleTime: Infinity,
  gcTime: Infinity,
})

/** Asks anew what who is signed in may do: somebody can have given him another role. */
export async function refreshMe(queries: QueryClient): Promise<void> {
  if (!queries.getQueryData(meQuery.queryKey)) return
  try {
    queries.setQueryData(meQuery.queryKey, await api.get('/me'))
  } catch {
    // That nobody is signed in any more is heard by onSignedOut; all else can wait.
  }
}

/** Who is signed in. Below the shell somebody always is. */
export function useMe(): Me {
  const { data } = useSuspenseQuery(meQuery)
  if (data === null) throw new Error('Nobody is signed in')
  return data
}

/** Whether who is signed in may do this: what he may not is not shown, or shown as read only. */
export function useMay(right: RightName): boolean {
  return may(useMe(), right)
}

/** How much there is to do, for badges. */
export const countsQuery = queryOptions({
  queryKey: ['conversations', 'counts'],
  queryFn: ({ signal }) => api.get('/conversations/counts', { signal }),
})

/** Our connections of every channel, and how they fare. */
export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: ({ signal }) => api.get('/connections', { signal }),
})

/** The team, for names and for assigning. */
export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => api.get('/users', { signal }),
})
