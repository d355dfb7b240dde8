import { NavLink } from '@mantine/core'
import { type ReactNode, Suspense } from 'react'

import type { Icon } from './icons'
import classes from './sections.module.css'
import { Loading } from './states'

interface SectionsProps<N extends string> {
  /** What the list of sections is, for who cannot see it. */
  label: string
  sections: readonly { name: N; icon: Icon; text: string }[]
  /** The one that is open, shown as `children`. */
  open: N | undefined
  /** The link to a section, with what makes it look like one of the list. */
  link: (name: N, props: object) => ReactNode
  children: ReactNode
}

/** A screen of several sections: their names on its left, or above on a narrow window. */
export function Sections<N extends string>({ label, sections, open, link, children }: SectionsProps<N>) {
  return (
    <div className={classes.screen}>
      <nav className={classes.places} aria-label={label}>
        {sections.map(({ name, icon: Sign, text }) => (
          <NavLink
            key={name}
            className={classes.place}
            label={text}
            leftSection={<Sign size={17} />}
            active={name === open}
            aria-current={name === open ? 'page' : undefined}
            renderRoot={(props: object) => link(name, props)}
          />
        ))}
      </nav>
      <Suspense fallback={<Loading />}>{children}</Suspense>
    </div>
  )
}
