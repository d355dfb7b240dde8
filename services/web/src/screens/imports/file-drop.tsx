import { Button, FileButton, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type ImportGuess, Problem } from '@/api'
import { t } from '@/texts'
import { IconFileSpreadsheet } from '@/ui/icons'
import { Failure } from '@/ui/states'

import classes from './imports.module.css'

const CHECK = 700 // ms until one asks again whether the virus check has spoken
const CHECKS = 40

interface FileDropProps {
  onRead: (file: { id: string; name: string; guess: ImportGuess }) => void
}

/** Where a file is chosen or dropped; it is read at once, and nothing is imported yet. */
export function FileDrop({ onRead }: FileDropProps) {
  const [over, setOver] = useState(false)
  const reading = useMutation({
    meta: { silent: true },
    mutationFn: async (file: File) => {
      const { id } = await api.upload(file, file.name)
      return { id, name: file.name, guess: await inspected(id) }
    },
    onSuccess: onRead,
  })
  const take = (file: File | null | undefined) => {
    if (file != null && !reading.isPending) reading.mutate(file)
  }
  return (
    <div>
      {/* Dropping is a second way: the button is the one for everybody. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        className={classes.drop}
        data-over={over}
        role="group"
        aria-label={t('imports.drop')}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          take(event.dataTransfer.files[0])
        }}
      >
        <IconFileSpreadsheet size={40} stroke={1.3} />
        <Text fw={600}>{t('imports.drop')}</Text>
        <Text size="sm" c="dimmed" maw={460}>
          {t('imports.dropText')}
        </Text>
        <FileButton accept=".csv,.tsv,.txt,text/csv" onChange={take}>
          {(props) => (
            <Button {...props} loading={reading.isPending}>
              {t('imports.choose')}
            </Button>
          )}
        </FileButton>
      </div>
      {reading.isError && <Failure error={reading.error} />}
    </div>
  )
}

/** How the file is written, as soon as the virus check lets it be read. */
async function inspected(file_id: string): Promise<ImportGuess> {
  for (let turn = 0; ; turn++) {
    try {
      return await api.post('/contacts/import/inspect', { body: { file_id } })
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'files.waiting') || turn >= CHECKS) throw error
      await new Promise((done) => setTimeout(done, CHECK))
    }
  }
}
