// Live changes for the screens: queries become old by themselves (topics.ts), and who wants to hear
// an event itself says `useLive('typing.changed', (event) => …)`.

import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'

import { api, type LiveEvents } from '@/api'

import { type LineState, Stream } from './stream'
import { STALE, type Topic, TOPICS } from './topics'

export type { LineState, Topic }

const GATHERED = 100 // ms in which many events make one fetch

const hearers = new Map<Topic, Set<(event: never) => void>>()
// Kept here and not by the stream: who shows the line's state is there before the stream is opened.
const watchers = new Set<() => void>()
let stream: Stream | undefined

/** Opens the stream for who is signed in; returns how to end it. */
export function startLive(queries: QueryClient): () => void {
  const old = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const refresh = () => {
    timer = undefined
    const roots = [...old]
    old.clear()
    for (const root of roots) void queries.invalidateQueries({ queryKey: [root] })
  }
  const made = new Stream({
    topics: TOPICS,
    onEvent: (name, data) => {
      const topic = name as Topic
      hearers.get(topic)?.forEach((hear) => hear(data as never))
      STALE[topic].forEach((root) => old.add(root))
      timer ??= setTimeout(refresh, GATHERED)
    },
    onReset: () => void queries.invalidateQueries(),
    // What was fetched before the stream was open may have changed in between.
    onFirst: () =>
      void queries.invalidateQueries({ predicate: (query) => query.state.dataUpdatedAt > 0 && query.queryKey[0] !== 'me' }),
    // Where nobody is signed in any more, this says so (onSignedOut).
    onTrouble: () => void api.get('/me').catch(() => undefined),
  })
  stream = made
  const unwatch = made.onState(() => watchers.forEach((tell) => tell()))
  made.start()
  return () => {
    clearTimeout(timer)
    made.stop()
    unwatch()
    stream = undefined
  }
}

/** Calls `hear` with each event of a topic while the component is there. */
export function useLive<T extends Topic>(topic: T, hear: (event: LiveEvents[T]) => void): void {
  const heard = useEffectEvent(hear)
  useEffect(() => {
    const listener = (event: LiveEvents[T]) => heard(event)
    const all = hearers.get(topic) ?? new Set()
    hearers.set(topic, all)
    all.add(listener)
    return () => void all.delete(listener)
  }, [topic])
}

function watch(listener: () => void): () => void {
  watchers.add(listener)
  return () => void watchers.delete(listener)
}

/** Whether changes come as they happen. */
export function useLine(): LineState {
  return useSyncExternalStore(watch, () => stream?.state ?? 'waiting')
}
