import { ActionIcon, Button, Group, Menu, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type SandboxChatMessage } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { IconArrowBackUp, IconChecks, IconCircleX, IconDots, IconMoodSmile, IconPencil, IconTrash } from '@/ui/icons'

import { useLookAgain } from './queries'

const REACTIONS = ['👍', '❤️', '😂', '🙏']

/** What can be done with one message on a phone. */
export function ChatActions({ message, onQuote }: { message: SandboxChatMessage; onQuote: () => void }) {
  const { id, from_us, status, text } = message
  const [asking, setAsking] = useState<'fail' | 'edit'>()
  const again = useLookAgain()
  const act = useMutation({ mutationFn: (doing: () => Promise<unknown>) => doing(), onSuccess: again })
  const amend = (body: { reaction?: string; text?: string }) =>
    act.mutate(() => api.put('/sandbox/chats/{id}', { path: { id }, body }))
  const mayFail = from_us && status !== 'failed' && status !== 'read'
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon size={24} variant="subtle" color="gray" aria-label={t('sandbox.actions')}>
            <IconDots size={15} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {from_us && status !== 'read' && status !== 'failed' && (
            <Menu.Item leftSection={<IconChecks size={16} />} onClick={() => act.mutate(() => api.post('/sandbox/chats/{id}/read', { path: { id } }))}>
              {t('sandbox.readTo')}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={onQuote}>
            {t('sandbox.quote')}
          </Menu.Item>
          {from_us &&
            REACTIONS.map((each) => (
              <Menu.Item key={each} leftSection={<IconMoodSmile size={16} />} onClick={() => amend({ reaction: each })}>
                {t('sandbox.react', { emoji: each })}
              </Menu.Item>
            ))}
          {from_us && <Menu.Item onClick={() => amend({ reaction: '' })}>{t('sandbox.noReaction')}</Menu.Item>}
          {mayFail && (
            <Menu.Item color="red" leftSection={<IconCircleX size={16} />} onClick={() => setAsking('fail')}>
              {t('sandbox.fail')}
            </Menu.Item>
          )}
          {!from_us && (
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setAsking('edit')}>
              {t('sandbox.edit')}
            </Menu.Item>
          )}
          {!from_us && (
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => amend({})}>
              {t('sandbox.delete')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {asking === 'fail' && (
        <Asking
          title={t('sandbox.fail')}
          label={t('sandbox.failReason')}
          given={t('sandbox.failDefault')}
          onClose={() => setAsking(undefined)}
          onGiven={(reason) => act.mutate(() => api.post('/sandbox/chats/{id}/fail', { path: { id }, body: { reason } }))}
        />
      )}
      {asking === 'edit' && (
        <Asking
          title={t('sandbox.edit')}
          label={t('sandbox.newText')}
          given={text}
          long
          onClose={() => setAsking(undefined)}
          onGiven={(changed) => amend({ text: changed })}
        />
      )}
    </>
  )
}

interface AskingProps {
  title: string
  label: string
  given: string
  long?: boolean
  onClose: () => void
  onGiven: (words: string) => void
}

function Asking({ title, label, given, long = false, onClose, onGiven }: AskingProps) {
  const [words, setWords] = useState(given)
  const Field = long ? Textarea : TextInput
  return (
    <Dialogue onClose={onClose} title={title} size="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onGiven(words.trim())
          onClose()
        }}
      >
        <Stack>
          <Field label={label} data-autofocus value={words} onChange={(event) => setWords(event.currentTarget.value)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('ui.cancel')}
            </Button>
            <Button type="submit">{title}</Button>
          </Group>
        </Stack>
      </form>
    </Dialogue>
  )
}
