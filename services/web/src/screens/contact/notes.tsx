import { ActionIcon, Anchor, Button, FileButton, Group, Pill, Stack, Text, Textarea, Tooltip } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { addressOf, api, newKey, type Note } from '@/api'
import { t } from '@/texts'
import { IconNote, IconPaperclip, IconPencil, IconTrash } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Failure, Loading } from '@/ui/states'

import classes from './contact.module.css'

/** What colleagues wrote down about somebody; nobody else ever sees it. */
export function Notes({ contactId, mayEdit }: { contactId: string; mayEdit: boolean }) {
  const query = useInfiniteQuery({
    queryKey: ['notes', contactId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/contacts/{contact_id}/notes', { path: { contact_id: contactId }, query: { cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
  })
  const notes = query.data?.pages.flatMap((page) => page.notes)
  return (
    <div className={classes.notes}>
      <Stack gap="sm" maw={760}>
        {mayEdit && <Writing send={(text, attachments, key) => api.post('/contacts/{contact_id}/notes', { key, path: { contact_id: contactId }, body: { text, attachments } })} />}
        {notes === undefined ? (
          query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={3} />
        ) : notes.length === 0 ? (
          <Empty icon={<IconNote size={26} stroke={1.5} />} title={t('contact.noNotes')} text={t('contact.noNotesText')} />
        ) : (
          notes.map((each) => <Row key={each.id} note={each} mayEdit={mayEdit} />)
        )}
        {query.hasNextPage && (
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('ui.more')}
          </Button>
        )}
      </Stack>
    </div>
  )
}

function useAgain(): () => Promise<void> {
  const queries = useQueryClient()
  return () => queries.invalidateQueries({ queryKey: ['notes'] })
}

function Row({ note, mayEdit }: { note: Note; mayEdit: boolean }) {
  const { id, version, author_name, text, at, edited_at, attachments = [] } = note
  const [changing, setChanging] = useState(false)
  const again = useAgain()
  const remove = useMutation({ mutationFn: () => api.delete('/contacts/notes/{id}', { path: { id } }), onSuccess: again })
  if (changing) {
    return (
      <Writing
        given={text}
        onClose={() => setChanging(false)}
        send={(changed) => api.put('/contacts/notes/{id}', { path: { id }, version, body: { text: changed } })}
      />
    )
  }
  return (
    <article className={classes.note}>
      <Group gap={6} wrap="nowrap" mb={2}>
        <Text size="sm" fw={600} truncate>
          {author_name}
        </Text>
        <Text size="xs" c="dimmed" flex={1}>
          <Moment at={at} />
          {edited_at !== null && ` · ${t('contact.edited')}`}
        </Text>
        {mayEdit && (
          <>
            <ActionIcon size={24} variant="subtle" color="gray" aria-label={t('contact.changeNote')} onClick={() => setChanging(true)}>
              <IconPencil size={15} />
            </ActionIcon>
            <ActionIcon size={24} variant="subtle" color="gray" aria-label={t('contact.removeNote')} loading={remove.isPending} onClick={() => remove.mutate()}>
              <IconTrash size={15} />
            </ActionIcon>
          </>
        )}
      </Group>
      <Text size="sm" className={classes.words}>
        {text}
      </Text>
      {attachments.map((file) => (
        <Group key={file.id} gap={5} mt={4} wrap="nowrap">
          <IconPaperclip size={14} />
          <Anchor size="sm" href={addressOf('/files/{id}', { path: { id: file.id } })} target="_blank" rel="noopener" title={file.name}>
            {file.name}
          </Anchor>
        </Group>
      ))}
    </article>
  )
}

interface WritingProps {
  /** The text that is changed; its files stay. */
  given?: string
  send: (text: string, attachments: string[], key: string) => Promise<unknown>
  onClose?: () => void
}

function Writing({ given, send, onClose }: WritingProps) {
  const [text, setText] = useState(given ?? '')
  const [files, setFiles] = useState<File[]>([])
  // Another try after a broken line names the same files, and the same note.
  const [key, setKey] = useState(newKey)
  const [uploaded] = useState(() => new Map<File, string>())
  const again = useAgain()
  const sending = useMutation({
    mutationFn: async () => {
      for (const file of files) {
        if (!uploaded.has(file)) uploaded.set(file, (await api.upload(file, file.name)).id)
      }
      await send(text.trim(), files.flatMap((each) => uploaded.get(each) ?? []), key)
    },
    onSuccess: async () => {
      setText('')
      setFiles([])
      setKey(newKey())
      onClose?.()
      await again()
    },
  })
  return (
    <Stack gap={6}>
      <Textarea aria-label={t('contact.note')} placeholder={t('contact.notePlace')} autosize minRows={2} maxRows={12} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      {files.length > 0 && (
        <Group gap={4}>
          {files.map((each) => (
            <Pill key={each.name} withRemoveButton onRemove={() => setFiles(files.filter((one) => one !== each))}>
              {each.name}
            </Pill>
          ))}
        </Group>
      )}
      <Group gap={6} justify="flex-end">
        {given === undefined && (
          <FileButton multiple onChange={(added) => setFiles([...files, ...added])}>
            {(props) => (
              <Tooltip label={t('contact.attach')}>
                <ActionIcon {...props} variant="subtle" color="gray" aria-label={t('contact.attach')}>
                  <IconPaperclip size={17} />
                </ActionIcon>
              </Tooltip>
            )}
          </FileButton>
        )}
        {onClose && (
          <Button size="compact-sm" variant="default" onClick={onClose}>
            {t('ui.cancel')}
          </Button>
        )}
        <Button size="compact-sm" disabled={text.trim() === ''} loading={sending.isPending} onClick={() => sending.mutate()}>
          {t('ui.save')}
        </Button>
      </Group>
    </Stack>
  )
}
