import { Fragment } from 'react'

import type { Excerpt } from '@/api'

/** The text of an excerpt, cut where its marks begin and end. These count code points. */
export function cut({ text, marks = [] }: Excerpt): { text: string; marked: boolean }[] {
  const points = Array.from(text)
  const parts: { text: string; marked: boolean }[] = []
  let at = 0
  for (const [from = 0, to = 0] of marks) {
    if (from > at) parts.push({ text: points.slice(at, from).join(''), marked: false })
    parts.push({ text: points.slice(from, to).join(''), marked: true })
    at = to
  }
  if (at < points.length) parts.push({ text: points.slice(at).join(''), marked: false })
  return parts
}

/** An excerpt of a search, with the words that were found marked. */
export function Marked({ excerpt }: { excerpt: Excerpt }) {
  return cut(excerpt).map(({ text, marked }, index) =>
    marked ? <mark key={index}>{text}</mark> : <Fragment key={index}>{text}</Fragment>,
  )
}
