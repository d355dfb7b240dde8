import { Table } from '@mantine/core'

import { t, tv } from '@/texts'

import classes from './records.module.css'
import type { Change } from './words'

/** What was, beside what is since; what is new has only the one. */
export function Changes({ changes }: { changes: readonly Change[] }) {
  const isNew = changes.every(({ before }) => before === '')
  return (
    <Table className={classes.changes} aria-label={t('records.changes')} withRowBorders>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t('records.field')}</Table.Th>
          {!isNew && <Table.Th scope="col">{t('records.before')}</Table.Th>}
          <Table.Th scope="col">{t(isNew ? 'records.said' : 'records.after')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {changes.map(({ field, before, after }) => (
          <Table.Tr key={field}>
            <Table.Th scope="row" fw={500}>
              {tv('records.name', field)}
            </Table.Th>
            {!isNew && <Table.Td c="dimmed">{before || '–'}</Table.Td>}
            <Table.Td>{after || '–'}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
