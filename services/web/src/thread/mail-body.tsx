// A mail as it was designed, in a frame of its own that runs nothing (api_gateway/mail_pages.py): no
// script, no form, and no picture from elsewhere until the reader asks for it.

import { Button } from '@mantine/core'
import { IconPhoto } from '@/ui/icons'
import { useEffect, useRef, useState } from 'react'

import type { MessageView } from '@/api'
import { addressOf } from '@/api'
import { t } from '@/texts'

import { hasRemoteImages } from './body'
import classes from './thread.module.css'

const TALLEST = 20_000 // px; what is longer scrolls inside
const heights = new Map<string, number>() // of frames seen before: they come back at their height

export function MailBody({ message, part = 'new' }: { message: MessageView; part?: 'new' | 'quoted' }) {
  const [shown, setShown] = useState(false)
  const html = part === 'new' ? message.html : message.quoted_html
  return (
    <>
      <Frame message={message} part={part} images={shown} />
      {hasRemoteImages(html) && !shown && (
        <Button
          variant="subtle"
          size="compact-xs"
          mt={4}
          leftSection={<IconPhoto size={14} aria-hidden />}
          onClick={() => setShown(true)}
        >
          {t('thread.showImages')}
        </Button>
      )}
    </>
  )
}

function Frame({ message, part, images }: { message: MessageView; part: 'new' | 'quoted'; images: boolean }) {
  const key = `${message.id} ${part}`
  const [height, setHeight] = useState(heights.get(key) ?? 120)
  const frame = useRef<HTMLIFrameElement>(null)
  const watched = useRef<ResizeObserver>(undefined)
  useEffect(() => () => watched.current?.disconnect(), [])

  // Nothing in it runs, so that it can be of our origin: that is how its height is known.
  const loaded = () => {
    const root = frame.current?.contentDocument?.documentElement
    if (!root) return
    watched.current?.disconnect()
    watched.current = new ResizeObserver(() => {
      const next = Math.min(TALLEST, Math.ceil(root.getBoundingClientRect().height))
      heights.set(key, next)
      setHeight(next)
    })
    watched.current.observe(root)
  }

  const query = { ...(part === 'quoted' && { part }), ...(images && { images: 'shown' }) }
  return (
    <iframe
      ref={frame}
      className={classes.frame}
      title={t('thread.mail', { name: message.author_name || message.contact_name })}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      src={addressOf('/messages/{id}/page', { path: { id: message.id }, query })}
      height={height}
      onLoad={loaded}
    />
  )
}
