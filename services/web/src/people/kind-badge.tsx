import { Badge } from '@mantine/core'

import type { ContactKind } from '@/api'
import { t } from '@/texts'

import { KIND_COLOURS } from './words'

export function KindBadge({ kind }: { kind: ContactKind }) {
  return (
    <Badge size="sm" color={KIND_COLOURS[kind]}>
      {t(`people.kind.${kind}`)}
    </Badge>
  )
}
