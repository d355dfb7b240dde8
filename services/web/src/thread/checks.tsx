import { Stack, Text, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconChecks, IconClock, IconX } from '@/ui/icons'

import type { Delivery, MessageView } from '@/api'
import { said, t, tv } from '@/texts'
import { whole } from '@/time'
import { readable } from '@/ui/address'

import { fate } from './body'
import { Receipts } from './receipts'
import classes from './thread.module.css'

const ICONS = {
  queued: IconClock,
  uncertain: IconAlertTriangle,
  sent: IconCheck,
  delivered: IconChecks,
  read: IconChecks,
  failed: IconX,
}
const STEPS = ['queued', 'uncertain', 'sent', 'delivered', 'read', 'failed', 'loaded', 'clicked'] as const

/** One check, two, blue ones, a red cross: how a message of ours fares, and when it came there. */
export function Checks({ message }: { message: MessageView }) {
  const status = fate(message)
  if (status === undefined) return null
  const Icon = ICONS[status]
  const name = tv('thread.status', status)
  const receipts = message.deliveries.find((each) => each.group)?.group
  if (receipts) {
    return (
      <Receipts receipts={receipts} status={name}>
        <span className={classes.checks} data-status={status} role="img" aria-label={name}>
          <Icon size={15} stroke={2} aria-hidden />
        </span>
      </Receipts>
    )
  }
  return (
    <Tooltip multiline maw={360} label={<Fates deliveries={message.deliveries} />}>
      <span className={classes.checks} data-status={status} role="img" aria-label={name}>
        <Icon size={15} stroke={2} aria-hidden />
      </span>
    </Tooltip>
  )
}

/** Each recipient's moments. */
function Fates({ deliveries }: { deliveries: readonly Delivery[] }) {
  return (
    <Stack gap={6}>
      {deliveries.map((each) => (
        <div key={each.id}>
          <Text size="xs" fw={600}>
            {each.mailbox.name ? `${each.mailbox.name} · ${readable(each.mailbox.address)}` : readable(each.mailbox.address)}
          </Text>
          {STEPS.map((step) => {
            const at = each[`${step}_at`]
            return (
              at && (
                <Text key={step} size="xs">
                  {tv('thread.status', step)}: {whole(at)}
                </Text>
              )
            )
          })}
          {each.parts && (
            <Text size="xs">
              {t('thread.parts', { delivered: each.parts.delivered, of: each.parts.of })}
            </Text>
          )}
          {each.parts && each.parts.refused > 0 && (
            <Text size="xs">
              {t('thread.partsRefused', { refused: each.parts.refused, of: each.parts.of })}
            </Text>
          )}
          {each.reason && <Text size="xs">{t('thread.reason', { reason: said(each.reason) })}</Text>}
        </div>
      ))}
    </Stack>
  )
}
