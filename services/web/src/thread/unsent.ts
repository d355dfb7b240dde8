// What a person sent and the server does not have yet, or has and keeps for some seconds. It stays in
// its place in the thread until it has left, also over a reload.

import { useSyncExternalStore } from 'react'

import type { Attachment, Draft } from '@/api'

export interface Unsent {
  /** The Idempotency-Key: however often it is tried, it leaves once. */
  key: string
  conversationId: string
  draft: Draft
  attachments: Attachment[]
  /** The message that failed, where this is another try of it, and its words. */
  again?: { id: string; text: string }
  at: string
  state: 'sending' | 'waiting' | 'failed'
  /** In a sentence, of one that failed. */
  reason?: string
  /** Somebody else answered meanwhile: it may be sent all the same. */
  answered?: boolean
  /** Set once it waits at the server. */
  scheduledId?: string
  version?: number
  leavesAt?: string
}

const STORED = 'fairlead.unsent'
const AGAIN = 'fairlead.unsent.again'
const OWNER = 'fairlead.unsent.user'
const listeners = new Set<() => void>()
let all: readonly Unsent[] = stored()
let again: readonly string[] = storedAgain()

function stored(): Unsent[] {
  try {
    const found = JSON.parse(sessionStorage.getItem(STORED) ?? '[]') as Unsent[]
    // Nobody knows whether these arrived; another try with the same key finds out.
    return found
      .filter((each) => each.state !== 'waiting')
      .map((each) => (each.state === 'sending' ? { ...each, state: 'failed' } : each))
  } catch {
    return []
  }
}

function storedAgain(): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(AGAIN) ?? '[]') as string[]
  } catch {
    return []
  }
}

function setAgain(next: readonly string[]): void {
  again = next
  sessionStorage.setItem(AGAIN, JSON.stringify(next))
}

function set(next: readonly Unsent[]): void {
  all = next
  sessionStorage.setItem(STORED, JSON.stringify(next))
  listeners.forEach((tell) => tell())
}

export const unsent = {
  add: (one: Unsent): void => {
    if (one.again) setAgain([...new Set([...again, one.again.id])])
    set([...all.filter((each) => each.key !== one.key), one])
  },
  change: (key: string, change: Partial<Unsent>): void =>
    set(all.map((each) => (each.key === key ? { ...each, ...change } : each))),
  remove: (key: string): void => set(all.filter((each) => each.key !== key)),
  /** Removes what its writer took back: a message that it was another try of may be tried again. */
  takeBack: (key: string): void => {
    const id = unsent.get(key)?.again?.id
    if (id !== undefined) setAgain(again.filter((each) => each !== id))
    unsent.remove(key)
  },
  /** Whether a message that failed is on its way again, or was. */
  isAgain: (id: string): boolean => again.includes(id),
  get: (key: string): Unsent | undefined => all.find((each) => each.key === key),
  find: (fits: (one: Unsent) => boolean): Unsent | undefined => all.find(fits),
  /** Whose it is: what somebody else left in this window is not shown to who signs in after him. */
  belongTo: (user: string): void => {
    if (sessionStorage.getItem(OWNER) !== user) {
      setAgain([])
      set([])
    }
    sessionStorage.setItem(OWNER, user)
  },
}

let shown: { id: string; from: readonly Unsent[]; found: readonly Unsent[] } | undefined

function of(id: string): readonly Unsent[] {
  if (shown?.id !== id || shown.from !== all) {
    shown = { id, from: all, found: all.filter((each) => each.conversationId === id) }
  }
  return shown.found
}

function watch(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useUnsent(conversationId: string): readonly Unsent[] {
  return useSyncExternalStore(watch, () => of(conversationId))
}

/** Whether a message that failed is on its way again, or was. */
export function useIsAgain(id: string): boolean {
  return useSyncExternalStore(watch, () => unsent.isAgain(id))
}
