import { Button, Group, Stack, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type MessageView } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'

interface EditMessageProps {
  message: MessageView
  close: () => void
  onDone: (message: MessageView) => void
}

/** Gives a message of ours other words, there as here. */
export function EditMessage({ message, close, onDone }: EditMessageProps) {
  const [text, setText] = useState(message.text)
  const saving = useMutation({
    mutationFn: () => api.put('/messages/{id}/text', { path: { id: message.id }, body: { text: text.trim() } }),
    onSuccess: (answer) => {
      onDone(answer)
      close()
    },
  })
  return (
    <Dialogue onClose={close} title={t('conversations.editTitle')}>
      <Stack>
        <Textarea aria-label={t('conversations.editTitle')} data-autofocus autosize minRows={3} maxRows={14} value={text} onChange={({ currentTarget }) => setText(currentTarget.value)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('ui.cancel')}
          </Button>
          <Button disabled={text.trim() === '' || text === message.text} loading={saving.isPending} onClick={() => saving.mutate()}>
            {t('ui.save')}
          </Button>
        </Group>
      </Stack>
    </Dialogue>
  )
}
