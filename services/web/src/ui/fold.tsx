import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'

import { IconChevronDown, IconChevronRight } from './icons'

interface FoldProps {
  title: string
  /** A field inside has a problem: then it stands open, and that field has the focus. */
  wrong?: boolean
  children: ReactNode
}

/** What few need, shown when somebody asks for it. */
export function Fold({ title, wrong = false, children }: FoldProps) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const inside = useRef<HTMLDivElement>(null)
  const shown = open || wrong
  useEffect(() => {
    if (wrong) inside.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [wrong])
  return (
    <div>
      <Button
        variant="subtle" color="gray" size="compact-sm" px={4}
        leftSection={shown ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
        aria-expanded={shown}
        aria-controls={shown ? id : undefined}
        onClick={() => setOpen(!shown)}
      >
        {title}
      </Button>
      <div ref={inside} id={id} hidden={!shown}>
        {shown && <div style={{ paddingTop: 'var(--mantine-spacing-xs)' }}>{children}</div>}
      </div>
    </div>
  )
}
