import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Service } from '@/api'
import { t } from '@/texts'
import { IconTrash } from '@/ui/icons'

/** Takes a service out of the plan, once it was asked twice. */
export function RemoveService({ service: { id, version }, onGone }: { service: Service; onGone: () => void }) {
  const queries = useQueryClient()
  const [sure, setSure] = useState(false)
  const remove = useMutation({
    mutationFn: () => api.delete('/services/{id}', { path: { id }, version }),
    onSuccess: onGone,
    // Also after it was refused: then what is shown is old.
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['itineraries'] }),
        queries.invalidateQueries({ queryKey: ['concierge'] }),
      ]),
  })
  return (
    <Button
      size="xs"
      variant={sure ? 'filled' : 'subtle'}
      color={sure ? 'red' : 'gray'}
      leftSection={<IconTrash size={16} />}
      loading={remove.isPending}
      onClick={() => (sure ? remove.mutate() : setSure(true))}
      onBlur={() => setSure(false)}
    >
      {sure ? t('trips.form.sure') : t('ui.remove')}
    </Button>
  )
}
