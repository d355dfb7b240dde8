// What is attached to a message: pictures to look at, sound and film to play, files to fetch.

import { ActionIcon, Group, Loader, Stack, Text } from '@mantine/core'
import {
  IconAlertTriangle, IconChevronLeft, IconChevronRight, IconDownload, IconFile, IconFileTypePdf,
} from '@/ui/icons'
import { useState } from 'react'

import type { Attachment, AwaitedFile } from '@/api'
import { addressOf } from '@/api'
import { locale, said, t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'

import classes from './thread.module.css'

/** 1.2 MB */
export function fileSize(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = bytes < 1 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3))
  const form = new Intl.NumberFormat(locale(), {
    style: 'unit', unit: units[step] ?? 'byte', unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: 1,
  })
  return form.format(bytes / 1000 ** step)
}

const fileUrl = (id: string, inline = false) =>
  addressOf('/files/{id}', { path: { id }, query: inline ? { disposition: 'inline' } : {} })
const thumbnailUrl = (id: string, size: string) => addressOf('/files/{id}/thumbnail', { path: { id }, query: { size } })

const isHeld = ({ state }: Attachment) => state !== undefined && ['waiting', 'infected', 'blocked'].includes(state)
const isPicture = (file: Attachment) =>
  !isHeld(file) && file.content_type.startsWith('image/') && (file.pictures ?? []).length > 0

export function Files({ files, awaited = [] }: { files: readonly Attachment[]; awaited?: readonly AwaitedFile[] | undefined }) {
  const [open, setOpen] = useState<number>()
  const pictures = files.filter(isPicture)
  const others = files.filter((each) => !isPicture(each))
  return (
    <>
      {pictures.length > 0 && (
        <div className={classes.media} data-count={pictures.length}>
          {pictures.map((file, index) => (
            <Picture key={file.id} file={file} alone={pictures.length === 1} onClick={() => setOpen(index)} />
          ))}
        </div>
      )}
      {others.map((file) => (
        <Other key={file.id} file={file} />
      ))}
      {awaited.map((file) => (
        <div key={file.number} className={classes.file}>
          {file.reason ? <IconAlertTriangle size={20} aria-hidden /> : <Loader size={18} role="img" aria-label={t('ui.loading')} />}
          <Named name={file.name} about={file.reason ? said(file.reason) : t('thread.fileComing')} />
        </div>
      ))}
      {open !== undefined && (
        <Viewer pictures={pictures} at={open} go={setOpen} close={() => setOpen(undefined)} />
      )}
    </>
  )
}

function Picture({ file, alone, onClick }: { file: Attachment; alone: boolean; onClick: () => void }) {
  const { width, height } = file
  // Its place is kept while it loads: nothing jumps.
  const ratio = alone && width && height ? { aspectRatio: `${width} / ${height}`, width: Math.min(width, 320) } : { aspectRatio: 1 }
  return (
    <button type="button" className={classes.picture} style={ratio} onClick={onClick}>
      <img src={thumbnailUrl(file.id, 'medium')} alt={file.name} loading="lazy" decoding="async" />
    </button>
  )
}

function Other({ file }: { file: Attachment }) {
  if (isHeld(file)) {
    return (
      <div className={classes.file}>
        {file.state === 'waiting' ? <Loader size={18} role="img" aria-label={t('ui.loading')} /> : <IconAlertTriangle size={20} aria-hidden />}
        <Named name={file.name} about={file.reason ? said(file.reason) : t(file.state === 'waiting' ? 'thread.fileChecked' : 'thread.fileHeld')} />
      </div>
    )
  }
  if (file.content_type.startsWith('audio/')) {
    return (
      // What somebody said has no captions.
      // eslint-disable-next-line jsx-a11y/media-has-caption
      <audio controls preload="none" src={fileUrl(file.id, true)} aria-label={file.name} style={{ maxWidth: '100%', height: 40 }} />
    )
  }
  if (file.content_type.startsWith('video/')) {
    return (
      // eslint-disable-next-line jsx-a11y/media-has-caption
      <video
        controls
        preload="none"
        src={fileUrl(file.id, true)}
        aria-label={file.name}
        {...((file.pictures ?? []).length > 0 && { poster: thumbnailUrl(file.id, 'medium') })}
        style={{ maxWidth: '100%', maxHeight: 320, borderRadius: 8 }}
      />
    )
  }
  const isPdf = file.content_type === 'application/pdf'
  const about = [fileSize(file.size), file.pages ? t('thread.pages', { count: file.pages }) : ''].filter(Boolean).join(' · ')
  return (
    <a className={classes.file} href={fileUrl(file.id, isPdf)} target="_blank" rel="noopener noreferrer" {...(!isPdf && { download: file.name })}>
      {(file.pictures ?? []).length > 0 ? (
        <img src={thumbnailUrl(file.id, 'small')} alt="" width={40} height={52} style={{ objectFit: 'cover', borderRadius: 4 }} />
      ) : isPdf ? (
        <IconFileTypePdf size={24} stroke={1.5} aria-hidden />
      ) : (
        <IconFile size={24} stroke={1.5} aria-hidden />
      )}
      <Named name={file.name} about={about} />
      <IconDownload size={16} stroke={1.6} aria-hidden style={{ flex: 'none', marginLeft: 'auto' }} />
    </a>
  )
}

function Named({ name, about }: { name: string; about: string }) {
  return (
    <Stack gap={0} miw={0}>
      <Text size="sm" fw={500} truncate title={name}>
        {name}
      </Text>
      <Text size="xs" inherit={false} style={{ opacity: 0.85 }}>
        {about}
      </Text>
    </Stack>
  )
}

interface ViewerProps {
  pictures: readonly Attachment[]
  at: number
  go: (to: number) => void
  close: () => void
}

function Viewer({ pictures, at, go, close }: ViewerProps) {
  const file = pictures[at]
  if (!file) return null
  const step = (by: number) => go((at + by + pictures.length) % pictures.length)
  return (
    <Dialogue
      onClose={close}
      size="auto"
      title={file.name}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') step(1)
        if (event.key === 'ArrowLeft') step(-1)
      }}
    >
      <img
        src={thumbnailUrl(file.id, 'large')}
        alt={file.name}
        style={{ display: 'block', maxWidth: '85vw', maxHeight: '70dvh', margin: '0 auto' }}
      />
      <Group justify="center" mt="sm" gap="xs">
        {pictures.length > 1 && (
          <ActionIcon variant="default" size="lg" onClick={() => step(-1)} aria-label={t('thread.previous')}>
            <IconChevronLeft size={18} />
          </ActionIcon>
        )}
        <ActionIcon variant="default" size="lg" component="a" href={fileUrl(file.id)} download={file.name} aria-label={t('thread.download', { name: file.name })}>
          <IconDownload size={18} />
        </ActionIcon>
        {pictures.length > 1 && (
          <ActionIcon variant="default" size="lg" onClick={() => step(1)} aria-label={t('thread.next')}>
            <IconChevronRight size={18} />
          </ActionIcon>
        )}
      </Group>
    </Dialogue>
  )
}
