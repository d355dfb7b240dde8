import type { GroupNote } from '@/api'
import { language, said, t, type TextKey } from '@/texts'
import { Moment } from '@/ui/moment'

import classes from './thread.module.css'

/** What happened in a group, in a sentence of the reader's language. */
export function told({ kind, names = [], reason }: GroupNote): string {
  const listed = new Intl.ListFormat(language(), { type: 'conjunction' }).format(names)
  const key: TextKey = kind === 'made' && names.length === 0 ? 'groups.note.madeByNobody' : `groups.note.${kind}`
  const words = t(key, { names: listed, reason: reason ?? '', count: names.length })
  // The new name is in the sentence itself.
  return reason == null || kind === 'made' || kind === 'renamed' ? words : `${words}: ${said(reason)}`
}

/** In the middle of the thread: nobody said it. */
export function NoteLine({ note, at, found }: { note: GroupNote; at: string; found: boolean }) {
  return (
    <div className={classes.note} role="note" {...(found && { 'data-found': '' })}>
      <span>
        {told(note)}
        {'\u00A0·\u00A0'}
        <Moment at={at} as="clock" />
      </span>
    </div>
  )
}
