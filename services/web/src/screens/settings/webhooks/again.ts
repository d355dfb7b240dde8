import { useQueryClient } from '@tanstack/react-query'

/** Fetches webhooks and deliveries anew: no event tells of them. */
export function useAgain() {
  const queries = useQueryClient()
  return () => queries.invalidateQueries({ queryKey: ['webhooks'] })
}
