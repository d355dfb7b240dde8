import { lazy, Suspense } from 'react'

import type { BodyOf } from '@/api'

export type Selection = BodyOf<'/messages/bulk', 'post'>['selection']

export interface MailingProps {
  /** Whom it goes to; the filters of the list that somebody sees. */
  selection: Selection
  /** What the mailing is called until somebody says otherwise. */
  label: string
  onClose: () => void
}

const Mailing = lazy(() => import('./dialogue'))

/** One message to a filtered list: written, counted, looked at, sent, paused, cancelled. */
export function NewMailing(props: MailingProps) {
  return (
    <Suspense fallback={null}>
      <Mailing {...props} />
    </Suspense>
  )
}

export { MailingList } from './list'
