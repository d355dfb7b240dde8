import { UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { addressOf, api, type Attachment } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { IconFile, IconFileTypePdf, IconVideo, IconVolume } from '@/ui/icons'

const DRAWING = 1500 // ms until the first page of a paper is asked for again
const TRIES = 6

const contentOf = (id: string) => addressOf('/files/{id}', { path: { id }, query: { disposition: 'inline' } })

/** What can be seen or heard of a file before it goes. */
export type Shown = 'picture' | 'sound' | 'film' | 'paper' | 'nothing'

export function shownOf({ content_type }: Pick<Attachment, 'content_type'>): Shown {
  if (content_type.startsWith('image/')) return 'picture'
  if (content_type.startsWith('audio/')) return 'sound'
  if (content_type.startsWith('video/')) return 'film'
  return content_type === 'application/pdf' ? 'paper' : 'nothing'
}

/** A file in small; pressed, the whole of it: a picture, a sound, a film, or a paper in a tab of its own. */
export function Attached({ file }: { file: Attachment }) {
  const [open, setOpen] = useState(false)
  const shown = shownOf(file)
  const label = t('composer.look', { name: file.name })
  // The button to take a file away stands in the corner; this one does not (composer.module.css).
  const style = { position: 'static' } as const
  if (shown === 'nothing') return <IconFile size={24} stroke={1.4} aria-hidden />
  if (shown === 'paper') {
    return (
      <a href={contentOf(file.id)} target="_blank" rel="noopener noreferrer" aria-label={label}>
        <FirstPage file={file} />
      </a>
    )
  }
  return (
    <>
      <UnstyledButton onClick={() => setOpen(true)} aria-label={label} style={style}>
        {shown === 'picture' ? (
          <img src={contentOf(file.id)} alt="" />
        ) : shown === 'film' ? (
          <IconVideo size={24} stroke={1.4} aria-hidden />
        ) : (
          <IconVolume size={24} stroke={1.4} aria-hidden />
        )}
      </UnstyledButton>
      <Dialogue opened={open} onClose={() => setOpen(false)} size="auto" title={file.name}>
        <Whole file={file} shown={shown} />
      </Dialogue>
    </>
  )
}

function Whole({ file: { id, name }, shown }: { file: Attachment; shown: Shown }) {
  const size = { maxWidth: '80vw', maxHeight: '75dvh', display: 'block' }
  if (shown === 'picture') return <img src={contentOf(id)} alt={name} style={size} />
  // What somebody attached has no captions.
  // eslint-disable-next-line jsx-a11y/media-has-caption
  if (shown === 'film') return <video controls src={contentOf(id)} aria-label={name} style={size} />
  // eslint-disable-next-line jsx-a11y/media-has-caption
  return <audio controls src={contentOf(id)} aria-label={name} style={{ width: 'min(420px, 80vw)' }} />
}

/** The first page of a paper, which is drawn a moment after it came. */
function FirstPage({ file }: { file: Attachment }) {
  const { data: isDrawn } = useQuery({
    queryKey: ['files', 'drawn', file.id],
    queryFn: async ({ signal }) => ((await api.get('/files/{id}/about', { path: { id: file.id }, signal })).pictures ?? []).length > 0,
    initialData: (file.pictures ?? []).length > 0 ? true : undefined,
    refetchInterval: ({ state }) => (state.data === true || state.dataUpdateCount + state.errorUpdateCount >= TRIES ? false : DRAWING),
  })
  if (isDrawn !== true) return <IconFileTypePdf size={24} stroke={1.4} aria-hidden />
  return <img src={addressOf('/files/{id}/thumbnail', { path: { id: file.id }, query: { size: 'small' } })} alt="" style={{ objectPosition: 'top' }} />
}
