import { useQueryClient } from '@tanstack/react-query'

import { api } from '@/api'
import { meQuery } from '@/queries'
import { t } from '@/texts'
import { toast } from '@/ui/toast'

import { Proving } from './proving'

/** Switches the second factor off, once the password was given. */
export function Removing({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient()
  return (
    <Proving
      text={t('profile.factor.removeText')}
      action={t('profile.factor.remove')}
      send={async (password) => {
        await api.post('/me/second-factor/removal', { body: { password } })
        toast.done(t('profile.factor.removed'))
        void queries.invalidateQueries({ queryKey: meQuery.queryKey })
        onClose()
      }}
      onCancel={onClose}
    />
  )
}
