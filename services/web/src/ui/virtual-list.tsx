import { Box, type BoxProps, Center, Loader } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'

import { t } from '@/texts'

interface VirtualListProps<T> extends BoxProps {
  items: readonly T[]
  keyOf: (item: T) => string
  /** The height of a row in pixels, as far as one can tell; rows are measured. */
  rowHeight: number
  children: (item: T, index: number) => ReactNode
  /** What the list is called, for who cannot see it. */
  label: string
  /** Called when the last rows come into sight and there are more. */
  onEnd?: () => void
  hasMore?: boolean
  /** The row that is to be in sight, as the selection moves by keyboard. */
  inSight?: number | undefined
}

const AHEAD = 8 // rows beyond the edge: drawn, and the distance at which more are fetched

/** A list of any length of which only the rows in sight are in the page. It fills its parent. */
export function VirtualList<T>({
  items, keyOf, rowHeight, children, label, onEnd, hasMore = false, inSight, ...box
}: VirtualListProps<T>) {
  const scroller = useRef<HTMLDivElement>(null)
  // The compiler leaves this component as it is, which is right: what is drawn follows the scroller.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keyOf(items[index] as T),
    overscan: AHEAD,
  })
  const rows = virtual.getVirtualItems()
  const last = rows.at(-1)?.index ?? -1

  useEffect(() => {
    if (hasMore && last >= items.length - AHEAD) onEnd?.()
  }, [hasMore, last, items.length, onEnd])

  // Before its height is known every row would be taken for one out of sight.
  const hasHeight = (virtual.scrollRect?.height ?? 0) > 0
  useEffect(() => {
    if (hasHeight && inSight !== undefined && inSight >= 0) virtual.scrollToIndex(inSight, { align: 'auto' })
  }, [hasHeight, inSight, virtual])

  return (
    // Scrolled by keyboard too, even where no row takes the focus (WCAG 2.1.1).
    <Box ref={scroller} h="100%" tabIndex={0} style={{ overflowY: 'auto', contain: 'strict' }} {...box}>
      <div role="list" aria-label={label} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {rows.map((row) => (
          <div
            key={row.key}
            ref={virtual.measureElement}
            data-index={row.index}
            role="listitem"
            aria-setsize={hasMore ? -1 : items.length}
            aria-posinset={row.index + 1}
            style={{ position: 'absolute', insetInline: 0, top: 0, transform: `translateY(${row.start}px)` }}
          >
            {children(items[row.index] as T, row.index)}
          </div>
        ))}
      </div>
      {hasMore && (
        <Center p="sm">
          <Loader size="sm" role="img" aria-label={t('ui.loading')} />
        </Center>
      )}
    </Box>
  )
}
