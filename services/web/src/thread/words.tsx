import { Anchor } from '@mantine/core'
import { Fragment, memo } from 'react'

import { linked } from './body'

/** Plain text with its addresses as links. */
export const Words = memo(function Words({ text }: { text: string }) {
  return linked(text).map((part, index) =>
    part.href === undefined ? (
      <Fragment key={index}>{part.text}</Fragment>
    ) : (
      <Anchor key={index} href={part.href} target="_blank" rel="noopener noreferrer" inherit underline="always">
        {part.text}
      </Anchor>
    ),
  )
})
