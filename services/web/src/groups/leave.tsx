import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Group as ChatGroup } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { toast } from '@/ui/toast'

/** Asks before our number leaves a group: it cannot come back by itself. */
export function Leave({ group, close }: { group: ChatGroup; close: () => void }) {
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const leaving = useMutation({
    mutationFn: () => api.post('/whatsapp/groups/{id}/leave', { path: { id: group.id }, body: { reason } }),
    onSuccess: (answer) => {
      queries.setQueryData(['groups', 'one', group.id], answer)
      toast.done(t('groups.asked'))
      close()
    },
  })
  return (
    <Dialogue onClose={close} title={t('groups.leave')}>
      <Stack>
        <Text size="sm">{t('groups.leaveText', { subject: group.subject })}</Text>
        <TextInput label={t('groups.leaveWhy')} data-autofocus value={reason} maxLength={500} onChange={({ currentTarget }) => setReason(currentTarget.value)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('ui.cancel')}
          </Button>
          <Button color="red" loading={leaving.isPending} onClick={() => leaving.mutate()}>
            {t('groups.leave')}
          </Button>
        </Group>
      </Stack>
    </Dialogue>
  )
}
