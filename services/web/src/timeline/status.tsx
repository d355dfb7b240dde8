import { Tooltip } from '@mantine/core'

import type { MessageView } from '@/api'
import { said, t } from '@/texts'
import { whole } from '@/time'
import { type Icon, IconCheck, IconChecks, IconClock, IconHelp, IconX } from '@/ui/icons'

import { type Status, statusOf } from './messages'

const SIGNS: Record<Status, { icon: Icon; color: string }> = {
  queued: { icon: IconClock, color: 'var(--mantine-color-dimmed)' },
  uncertain: { icon: IconHelp, color: 'light-dark(#8a5a00, #f0b849)' },
  sent: { icon: IconCheck, color: 'var(--mantine-color-dimmed)' },
  delivered: { icon: IconChecks, color: 'var(--mantine-color-dimmed)' },
  read: { icon: IconChecks, color: 'light-dark(#1971c2, #4dabf7)' },
  failed: { icon: IconX, color: 'light-dark(#c92a2a, #ff8787)' },
}

/** The checks of a message that went out, with the moment and, where it failed, the reason. */
export function StatusSign({ message }: { message: MessageView }) {
  const status = statusOf(message)
  if (status === undefined) return null
  const { icon: Sign, color } = SIGNS[status]
  const label = labelOf(message, status)
  return (
    <Tooltip label={label} multiline maw={320}>
      <span role="img" aria-label={label} style={{ display: 'inline-flex', flexShrink: 0 }}>
        <Sign size={16} stroke={2} color={color} aria-hidden />
      </span>
    </Tooltip>
  )
}

function labelOf({ deliveries }: MessageView, status: Status): string {
  const found = deliveries.find((each) => each.status === status)
  const at = found?.[`${status}_at`]
  const words =
    status === 'failed' && found?.reason
      ? t('timeline.status.failedWhy', { reason: said(found.reason) })
      : t(`timeline.status.${status}`)
  const when = at == null ? words : `${words} · ${whole(at)}`
  return status !== 'read' && found?.loaded_at != null ? `${when}\n${t('timeline.status.loaded')}` : when
}
