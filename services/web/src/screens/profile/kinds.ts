// What notifications are about, in the order of the screen.

import type { NotificationKind } from '@/api'

export type Group = 'messages' | 'trips' | 'organisation' | 'account'

const GROUP: Record<NotificationKind, Group> = {
  message_received: 'messages',
  assigned: 'messages',
  mentioned: 'messages',
  escalated: 'messages',
  delivery_failed: 'messages',
  task_due: 'trips',
  proposal_answered: 'trips',
  overbooked: 'trips',
  review_received: 'trips',
  administrators_notified: 'organisation',
  connection_failing: 'organisation',
  calendar_failing: 'organisation',
  webhook_failing: 'organisation',
  credits_low: 'organisation',
  job_finished: 'organisation',
  security_changed: 'account',
}
const KINDS = Object.keys(GROUP) as NotificationKind[]

/** It guards the account: the API does not let it be switched off (accounts/domain/choosing.py). */
export function isFixed(kind: NotificationKind): boolean {
  return kind === 'security_changed'
}

/** Choices below the group that they belong to, each with its place among those given. */
export function grouped<C extends { kind: NotificationKind }>(choices: readonly C[]): [Group, { choice: C; place: number }[]][] {
  const found = new Map<Group, { choice: C; place: number }[]>()
  for (const kind of KINDS) {
    const place = choices.findIndex((each) => each.kind === kind)
    const choice = choices[place]
    if (choice === undefined) continue
    found.set(GROUP[kind], [...(found.get(GROUP[kind]) ?? []), { choice, place }])
  }
  return [...found]
}
