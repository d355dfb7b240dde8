import { Tooltip } from '@mantine/core'
import { type ComponentProps, type ReactNode, useState } from 'react'

interface HintProps {
  label: ReactNode
  /** Gives the element that is pointed at, with what tells of it; nothing that takes the focus. */
  children: (props: Pick<ComponentProps<'span'>, 'onPointerEnter'>) => ReactNode
}

/** A tooltip that is made when somebody first points: a list has hundreds, and shows none. */
export function Hint({ label, children }: HintProps) {
  const [near, setNear] = useState(false)
  if (!near) return children({ onPointerEnter: () => setNear(true) })
  return <Tooltip label={label}>{children({})}</Tooltip>
}
