import { Badge } from '@mantine/core'

import type { Participant } from '@/api'
import { t } from '@/texts'

const COLOURS = {
  asked: 'gray', added: 'teal', invited: 'tide', refused: 'red', unknown: 'orange', left: 'gray', removed: 'gray',
} as const

/** How somebody stands to a group, in a word. */
export function Standing({ standing }: Pick<Participant, 'standing'>) {
  return (
    <Badge size="sm" color={COLOURS[standing]} variant={standing === 'left' || standing === 'removed' ? 'outline' : 'light'} style={{ flex: 'none' }}>
      {t(`groups.standing.${standing}`)}
    </Badge>
  )
}
