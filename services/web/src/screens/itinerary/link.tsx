import { Menu } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'

import { api, type Itinerary } from '@/api'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { IconCopy, IconExternalLink, IconLink, IconLinkOff } from '@/ui/icons'
import { toast } from '@/ui/toast'

/** The public page of a trip: opened, its address copied, withdrawn, made again. */
export function LinkItems({ trip }: { trip: Itinerary }) {
  const queries = useQueryClient()
  const mayEdit = useMay('EDIT_ITINERARIES')
  const { id, public_url: url } = trip
  const keep = (data: Itinerary) => queries.setQueryData(['itineraries', 'one', id], data)
  const share = useMutation({ mutationFn: () => api.put('/itineraries/{id}/link', { path: { id } }), onSuccess: keep })
  const withdraw = useMutation({ mutationFn: () => api.delete('/itineraries/{id}/link', { path: { id } }), onSuccess: keep })
  return (
    <>
      <Menu.Label>{t('itinerary.link')}</Menu.Label>
      {url == null ? (
        <Menu.Item disabled={!mayEdit} leftSection={<IconLink size={16} />} onClick={() => share.mutate()}>
          {t('itinerary.makeLink')}
        </Menu.Item>
      ) : (
        <>
          <Menu.Item component="a" href={url} target="_blank" rel="noopener" leftSection={<IconExternalLink size={16} />}>
            {t('itinerary.openLink')}
          </Menu.Item>
          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => void copy(url)}>
            {t('itinerary.copyLink')}
          </Menu.Item>
          {mayEdit && (
            <Menu.Item color="red" leftSection={<IconLinkOff size={16} />} onClick={() => withdraw.mutate()}>
              {t('itinerary.withdrawLink')}
            </Menu.Item>
          )}
        </>
      )}
    </>
  )
}

export async function copy(url: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(url)
    toast.done(t('itinerary.copied'))
  } catch (error) {
    // Without a secure context there is no clipboard: then it is shown to be copied by hand.
    toast.failure(error, url)
  }
}
