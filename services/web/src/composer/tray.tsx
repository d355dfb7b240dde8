import { CloseButton, Loader, Stack, Text } from '@mantine/core'

import type { Attachment } from '@/api'
import { said, t } from '@/texts'
import { fileSize } from '@/thread/files'

import { Attached } from './attached'
import classes from './composer.module.css'
import type { Upload } from './uploads'

interface TrayProps {
  attachments: readonly Attachment[]
  uploads: readonly Upload[]
  remove: (id: string) => void
  cancel: (key: string) => void
}

/** What goes along with the words, seen before it goes. */
export function Tray({ attachments, uploads, remove, cancel }: TrayProps) {
  if (attachments.length + uploads.length === 0) return null
  return (
    <div className={classes.tray} role="group" aria-label={t('composer.attachments')}>
      {attachments.map((file) => (
        <div key={file.id} className={classes.item}>
          <Attached file={file} />
          <Named name={file.name} about={file.reason ? said(file.reason) : fileSize(file.size)} />
          <CloseButton size="xs" onClick={() => remove(file.id)} aria-label={t('composer.detach', { name: file.name })} />
        </div>
      ))}
      {uploads.map((file) => (
        <div key={file.key} className={classes.item}>
          <Loader size={20} role="img" aria-label={t('ui.loading')} />
          <Named name={file.name} about={fileSize(file.size)} />
          <CloseButton size="xs" onClick={() => cancel(file.key)} aria-label={t('composer.detach', { name: file.name })} />
        </div>
      ))}
    </div>
  )
}

function Named({ name, about }: { name: string; about: string }) {
  return (
    <Stack gap={0} miw={0}>
      <Text size="xs" fw={550} truncate title={name}>
        {name}
      </Text>
      <Text size="xs" c="dimmed">
        {about}
      </Text>
    </Stack>
  )
}
