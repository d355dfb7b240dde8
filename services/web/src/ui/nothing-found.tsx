import type { ReactNode } from 'react'

/** What a list to choose from says when it is empty. It stands among options, so it must be one. */
export function NothingFound({ children }: { children: ReactNode }) {
  return (
    <div role="option" aria-selected={false} aria-disabled tabIndex={-1}>
      {children}
    </div>
  )
}
