import { Button, Center, type MantineBreakpoint, Table, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { t } from '@/texts'

export interface Column<T> {
  key: string
  /** Its heading; hidden from sight where `quiet`. */
  title: string
  quiet?: boolean
  cell: (row: T) => ReactNode
  /** Only shown on windows at least as wide. */
  from?: MantineBreakpoint
  numeric?: boolean
  width?: number | string
}

interface DataTableProps<T> {
  rows: readonly T[]
  columns: readonly Column<T>[]
  keyOf: (row: T) => string
  /** What the table is about, for who cannot see it. */
  caption: string
  /** Where a row leads, as `/contacts/…`: the whole row can be clicked, its first cell is a link. */
  href?: (row: T) => string
  more?: { load: () => void; loading: boolean } | undefined
}

/** A table whose rows lead somewhere. For lists of more than some hundred rows see VirtualList. */
export function DataTable<T>({ rows, columns, keyOf, caption, href, more }: DataTableProps<T>) {
  const navigate = useNavigate()
  const shown = ({ from, numeric }: Column<T>) => ({
    ...(from && { visibleFrom: from }),
    ...(numeric && { ta: 'right' as const }),
  })
  return (
    <>
      <Table.ScrollContainer minWidth={0} type="native">
        <Table stickyHeader>
          <caption>
            <VisuallyHidden>{caption}</VisuallyHidden>
          </caption>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column.key} scope="col" w={column.width} {...shown(column)}>
                  {column.quiet ? <VisuallyHidden>{column.title}</VisuallyHidden> : column.title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => {
              const to = href?.(row)
              return (
                <Table.Tr
                  key={keyOf(row)}
                  style={to === undefined ? undefined : { cursor: 'pointer' }}
                  onClick={to === undefined ? undefined : () => void navigate({ href: to })}
                >
                  {columns.map((column, index) => (
                    <Table.Td key={column.key} {...shown(column)}>
                      {to !== undefined && index === 0 ? (
                        <UnstyledButton
                          component="a"
                          href={to}
                          fz="inherit"
                          onClick={(event) => {
                            event.stopPropagation()
                            if (event.metaKey || event.ctrlKey || event.shiftKey) return
                            event.preventDefault()
                            void navigate({ href: to })
                          }}
                        >
                          {column.cell(row)}
                        </UnstyledButton>
                      ) : (
                        column.cell(row)
                      )}
                    </Table.Td>
                  ))}
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {more && (
        <Center p="md">
          <Button variant="default" onClick={more.load} loading={more.loading}>
            {t('ui.more')}
          </Button>
        </Center>
      )}
    </>
  )
}
