import { useNavigate, useSearch } from '@tanstack/react-router'

/** What a screen keeps behind the `?` of its address, and how to change some of it. */
export function useAddress<S extends object>(
  validate: (given: Record<string, unknown>) => S,
): [search: S, put: (change: Partial<S>) => void] {
  const search = validate(useSearch({ strict: false }))
  const navigate = useNavigate()
  const put = (change: Partial<S>) =>
    void navigate({ to: '.', search: { ...search, ...change }, replace: true, resetScroll: false })
  return [search, put]
}
