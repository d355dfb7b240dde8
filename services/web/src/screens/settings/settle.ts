import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { api, type Settings } from '@/api'
import { meQuery } from '@/queries'
import { t } from '@/texts'
import { toast } from '@/ui/toast'

const KEY = ['settings', 'organisation']

/** The organisation with all that it has settled. */
export function useOrganisation() {
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get('/settings', { signal }) })
}

/** Settles some of it; the rest stays as it was read with `version`. */
export function useSettle(version: number, settings: Settings) {
  const queries = useQueryClient()
  return useMutation({
    meta: { silent: true },
    mutationFn: (changed: Partial<Settings>) => api.put('/settings', { version, body: { settings: { ...settings, ...changed } } }),
    onSuccess: async (organisation) => {
      queries.setQueryData(KEY, organisation)
      toast.done(t('settings.saved'))
      await queries.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })
}
