import { Stack, Title } from '@mantine/core'
import { useState } from 'react'

import type { ImportGuess } from '@/api'
import { t } from '@/texts'
import { Page } from '@/ui/page'

import { FileDrop } from './file-drop'
import { Jobs } from './jobs'
import { Mapper } from './mapper'

/** Contacts from a file: its columns matched, tried without writing, then imported; and every job. */
export default function Imports() {
  const [file, setFile] = useState<{ id: string; name: string; guess: ImportGuess }>()
  return (
    <Page title={t('imports.title')}>
      <Stack gap="xl">
        {file === undefined ? (
          <FileDrop onRead={setFile} />
        ) : (
          <Mapper key={file.id} fileId={file.id} name={file.name} guess={file.guess} onClose={() => setFile(undefined)} />
        )}
        <section>
          <Title order={2} mb="sm">
            {t('imports.jobs')}
          </Title>
          <Jobs />
        </section>
      </Stack>
    </Page>
  )
}
