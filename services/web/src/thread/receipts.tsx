// Who of a group has a message of ours, and who read it.

import { Popover, Stack, Table, Text, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'

import type { GroupReceipts } from '@/api'
import { t } from '@/texts'
import { Moment } from '@/ui/moment'
import { readable } from '@/ui/address'

import { byProgress } from './body'
import classes from './thread.module.css'

interface ReceiptsProps {
  receipts: GroupReceipts
  /** How it fares with all of them together, in a word. */
  status: string
  /** The checks. */
  children: ReactNode
}

/** The checks of a message to a group, which open who has it and who read it. */
export function Receipts({ receipts, status, children }: ReceiptsProps) {
  const delivered = t('groups.delivered', { count: receipts.delivered, all: receipts.of })
  const read = t('groups.read', { count: receipts.read, all: receipts.of })
  return (
    <Popover position="top-end" withinPortal shadow="md" width={300} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.receipts ?? ''} aria-label={`${status}. ${delivered}, ${read}`}>
          {receipts.read > 0 ? `${receipts.read}/${receipts.of}` : receipts.delivered > 0 && `${receipts.delivered}/${receipts.of}`}
          {children}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown tabIndex={-1} data-autofocus>
        <Stack gap={6} mah={280} style={{ overflowY: 'auto' }}>
          {receipts.of === 0 ? (
            <Text size="xs" c="dimmed">
              {t('groups.noReceipts')}
            </Text>
          ) : (
            <>
              <Text size="xs" fw={600}>
                {delivered} · {read}
              </Text>
              <Table fz="xs" verticalSpacing={3} horizontalSpacing={4} layout="fixed">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('groups.participant')}</Table.Th>
                    <Table.Th w={76}>{t('thread.status.delivered')}</Table.Th>
                    <Table.Th w={60}>{t('thread.status.read')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {byProgress(receipts.participants).map((each) => (
                    <Table.Tr key={each.address}>
                      <Table.Td style={{ overflowWrap: 'anywhere' }}>{[each.name, readable(each.address)].find(Boolean)}</Table.Td>
                      <Table.Td>{each.delivered_at ? <Moment at={each.delivered_at} /> : <None />}</Table.Td>
                      <Table.Td>{each.read_at ? <Moment at={each.read_at} /> : <None />}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

function None() {
  return (
    <span role="img" aria-label={t('groups.notYet')}>
      –
    </span>
  )
}
