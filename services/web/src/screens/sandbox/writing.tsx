import { ActionIcon, Anchor, FileButton, Group, Pill, Text, Textarea, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'

import { api, type FileRef } from '@/api'
import { t } from '@/texts'
import { IconPaperclip, IconSend } from '@/ui/icons'

import { useLookAgain } from './queries'
import classes from './sandbox.module.css'

interface WritingProps {
  label: string
  send: (text: string, files: FileRef[]) => Promise<unknown>
  /** Texts carry no files. */
  files?: boolean
  onTyping?: (typing: boolean) => void
  /** What stands above the field, as what is quoted. */
  above?: ReactNode
}

/** Where the owner of a phone or mailbox writes. Enter sends, Shift and Enter break the line. */
export function Writing({ label, send, files = false, onTyping, above }: WritingProps) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<File[]>([])
  const again = useLookAgain()
  const sending = useMutation({
    mutationFn: async () => {
      const uploaded = await Promise.all(chosen.map((each) => api.upload(each, each.name)))
      await send(text, uploaded.map((each) => each.file))
    },
    onSuccess: async () => {
      setText('')
      setChosen([])
      onTyping?.(false)
      await again()
    },
  })
  const empty = text.trim() === '' && chosen.length === 0
  const go = () => {
    if (!empty && !sending.isPending) sending.mutate()
  }
  return (
    <div className={classes.writing}>
      {above}
      {chosen.length > 0 && (
        <Group gap={4} mb={6}>
          {chosen.map((each) => (
            <Pill key={each.name} size="sm" withRemoveButton onRemove={() => setChosen(chosen.filter((one) => one !== each))}>
              {each.name}
            </Pill>
          ))}
        </Group>
      )}
      <Group gap={6} wrap="nowrap" align="flex-end">
        {files && (
          <FileButton multiple onChange={(added) => setChosen([...chosen, ...added])}>
            {(props) => (
              <Tooltip label={t('sandbox.attach')}>
                <ActionIcon {...props} size="lg" variant="subtle" color="gray" aria-label={t('sandbox.attach')}>
                  <IconPaperclip size={18} />
                </ActionIcon>
              </Tooltip>
            )}
          </FileButton>
        )}
        <Textarea
          flex={1}
          size="sm"
          autosize
          minRows={1}
          maxRows={6}
          aria-label={label}
          placeholder={label}
          value={text}
          onChange={(event) => {
            const now = event.currentTarget.value
            if ((now === '') !== (text === '')) onTyping?.(now !== '')
            setText(now)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            go()
          }}
        />
        <ActionIcon size="lg" aria-label={t('sandbox.send')} disabled={empty} loading={sending.isPending} onClick={go}>
          <IconSend size={18} />
        </ActionIcon>
      </Group>
    </div>
  )
}

interface FilesProps {
  files: readonly FileRef[]
  /** Where the one at that place is opened; what somebody sent himself he has at home. */
  placeOf?: (number: number) => string
}

/** The files of a message on a device, by name. */
export function Files({ files, placeOf }: FilesProps) {
  return files.map((each, number) => (
    <Group key={`${each.key} ${number}`} gap={5} wrap="nowrap" mt={2}>
      <IconPaperclip size={14} />
      {placeOf === undefined ? (
        <Text size="sm" truncate title={each.name}>
          {each.name}
        </Text>
      ) : (
        <Anchor size="sm" truncate title={each.name} href={placeOf(number)} target="_blank" rel="noopener noreferrer">
          {each.name}
        </Anchor>
      )}
    </Group>
  ))
}
