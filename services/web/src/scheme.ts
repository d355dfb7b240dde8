import type { MantineColorScheme, MantineColorSchemeManager } from '@mantine/core'

const STORED = 'fairlead.scheme'

/** Remembers the colour scheme in plain words, which public/scheme.js reads before anything else. */
export function schemeManager(): MantineColorSchemeManager {
  let listener: ((event: StorageEvent) => void) | undefined
  return {
    get: (otherwise) => (localStorage.getItem(STORED) as MantineColorScheme | null) ?? otherwise,
    set: (value) => localStorage.setItem(STORED, value),
    subscribe: (onUpdate) => {
      listener = (event) => {
        if (event.key === STORED) onUpdate((event.newValue as MantineColorScheme | null) ?? 'auto')
      }
      addEventListener('storage', listener)
    },
    unsubscribe: () => {
      if (listener) removeEventListener('storage', listener)
    },
    clear: () => localStorage.removeItem(STORED),
  }
}
