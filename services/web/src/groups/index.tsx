// Groups: what is loaded when somebody opens a dialogue of theirs, or one of them.

import { type ComponentProps, lazy, Suspense } from 'react'

import type * as dialogues from './new-group'
import type * as panel from './panel'

const New = lazy(async () => ({ default: (await import('./new-group')).NewGroup }))
const Outcome = lazy(async () => ({ default: (await import('./new-group')).GroupOutcome }))
const Panel = lazy(async () => ({ default: (await import('./panel')).GroupPanel }))

/** A new group, and then what became of each who is to be in it. */
export function NewGroup(props: ComponentProps<typeof dialogues.NewGroup>) {
  return (
    <Suspense fallback={null}>
      <New {...props} />
    </Suspense>
  )
}

/** What became of a group that was asked for. */
export function GroupOutcome(props: ComponentProps<typeof dialogues.GroupOutcome>) {
  return (
    <Suspense fallback={null}>
      <Outcome {...props} />
    </Suspense>
  )
}

/** Beside the thread of a group: its name, its trip, and who is in it. */
export function GroupPanel(props: ComponentProps<typeof panel.GroupPanel>) {
  return (
    <Suspense fallback={null}>
      <Panel {...props} />
    </Suspense>
  )
}
