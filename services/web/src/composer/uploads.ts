// Files on their way up: each is shown at once, and attached when it has arrived.

import { useRef, useState } from 'react'

import { api, type Attachment } from '@/api'
import { t } from '@/texts'
import { toast } from '@/ui/toast'

import { attachmentOf } from './draft'

const MOST = 20 // of one message (contracts/inbox/composing.py)

export interface Upload {
  key: string
  name: string
  size: number
  type: string
}

/** `add` takes files as they are dropped, pasted or chosen. */
export function useUploads(attached: readonly Attachment[], onDone: (file: Attachment) => void) {
  const [uploads, setUploads] = useState<readonly Upload[]>([])
  const controllers = useRef(new Map<string, AbortController>())

  const end = (key: string) => {
    controllers.current.delete(key)
    setUploads((now) => now.filter((each) => each.key !== key))
  }
  const start = async (file: File) => {
    const key = crypto.randomUUID()
    const controller = new AbortController()
    controllers.current.set(key, controller)
    setUploads((now) => [...now, { key, name: file.name, size: file.size, type: file.type }])
    try {
      const done = await api.upload(file, file.name || 'file', controller.signal)
      onDone(attachmentOf(done))
    } catch (error) {
      if (!controller.signal.aborted) toast.failure(error, file.name)
    } finally {
      end(key)
    }
  }
  return {
    uploads,
    add: (files: Iterable<File>) => {
      const given = [...files]
      const room = Math.max(0, MOST - attached.length - controllers.current.size)
      for (const file of given.slice(0, room)) void start(file)
      if (given.length > room) toast.refused(t('composer.tooManyFiles', { most: MOST, count: given.length - room }))
    },
    cancel: (key: string) => {
      controllers.current.get(key)?.abort()
      end(key)
    },
  }
}
