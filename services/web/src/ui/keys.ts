// Keys of a screen, and the list of them behind `?`. Single letters can be switched off (WCAG 2.1.4).

import { useEffectEvent, useLayoutEffect, useSyncExternalStore } from 'react'

import type { TextKey } from '@/texts'

export interface Key {
  /** As `j`, `?`, `Enter`, `mod+k`; mod is Cmd on a Mac and Ctrl elsewhere. */
  key: string
  /** What it does. */
  text: TextKey
  run: () => void
  /** Works while somebody types, too. */
  typing?: boolean
}

const STORED = 'fairlead.keys'
let groups: readonly { title: TextKey; keys: readonly Key[] }[] = []
const listeners = new Set<() => void>()

function change(next: typeof groups): void {
  groups = next
  listeners.forEach((tell) => tell())
}

/** Whether single letters are keys. */
export function areLettersOn(): boolean {
  return localStorage.getItem(STORED) !== 'off'
}

export function setLetters(on: boolean): void {
  localStorage.setItem(STORED, on ? 'on' : 'off')
}

/** The keys that work just now, by where they come from. */
export function useKeyList(): typeof groups {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => groups,
  )
}

/** Gives a screen its keys while it is there. `keys` may be another list each time. */
export function useKeys(title: TextKey, keys: readonly Key[]): void {
  const names = keys.map((each) => `${each.key} ${each.text}`).join('\n')
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const found = keys.find((each) => fits(each, event))
    if (found === undefined) return
    event.preventDefault()
    found.run()
  })
  const list = useEffectEvent(() => ({ title, keys }))
  // Before the screen is seen, and not after: a key that is pressed as soon as it is seen would be lost.
  useLayoutEffect(() => {
    const listener = (event: KeyboardEvent) => pressed(event)
    const group = list()
    change([...groups, group])
    addEventListener('keydown', listener)
    return () => {
      removeEventListener('keydown', listener)
      change(groups.filter((each) => each !== group))
    }
  }, [names])
}

/** Whether `event` is the key. */
export function fits({ key, typing = false }: Pick<Key, 'key' | 'typing'>, event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false
  const parts = key.split('+')
  const name = parts.at(-1) ?? ''
  const mod = parts.includes('mod')
  if (mod !== (event.ctrlKey || event.metaKey) || parts.includes('alt') !== event.altKey) return false
  if (event.key.toLowerCase() !== name.toLowerCase()) return false
  // With a letter or a sign the layout decides about Shift; of other keys it makes another one.
  if (name.length > 1 && parts.includes('shift') !== event.shiftKey) return false
  if (!mod && name.length === 1 && !areLettersOn()) return false
  return typing || !(isTyping(event.target) || isMoving(event))
}

/** An arrow among radios chooses another of them. */
function isMoving({ key, target }: KeyboardEvent): boolean {
  return key.startsWith('Arrow') && target instanceof HTMLInputElement && target.type === 'radio'
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !/^(checkbox|radio|button)$/.test((target as HTMLInputElement).type)
  )
}
