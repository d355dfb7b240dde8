import { ActionIcon, Button, Group, Paper, Text, Transition } from '@mantine/core'

import { useMay } from '@/queries'
import { t } from '@/texts'
import { IconClipboardList, IconMessage, IconReceipt, IconUsers, IconX } from '@/ui/icons'

import type { Occasion } from './letters'
import classes from './selection-bar.module.css'

interface SelectionBarProps {
  /** How many services are selected, and to how many recipients they would go. */
  count: number
  suppliers: number
  onWant: (occasion: Occasion) => void
  onClear: () => void
}

/** What can be done with the selected services: stands at the foot of the window while some are. */
export function SelectionBar({ count, suppliers, onWant, onClear }: SelectionBarProps) {
  const maySend = useMay('SEND_MESSAGES')
  return (
    <Transition mounted={count > 0} transition="slide-up" duration={150}>
      {(style) => (
        <Paper className={classes.bar} style={style} role="region" aria-label={t('trips.selection')} shadow="lg" radius="lg" withBorder>
          <Group gap="xs" wrap="nowrap">
            <ActionIcon variant="subtle" color="gray" aria-label={t('trips.clear')} onClick={onClear}>
              <IconX size={18} />
            </ActionIcon>
            <Text size="sm" fw={600} role="status" style={{ whiteSpace: 'nowrap' }}>
              {t('trips.selected', { count })}
              <Text component="span" inherit fw={400} c="dimmed">
                {' · '}
                {t('trips.recipients', { count: suppliers })}
              </Text>
            </Text>
          </Group>
          {maySend && (
            <Group gap="xs">
              <Button size="xs" leftSection={<IconReceipt size={16} />} onClick={() => onWant({ kind: 'purchase_order', whom: 'supplier' })}>
                {t('trips.purchaseOrder')}
              </Button>
              <Button size="xs" variant="light" leftSection={<IconClipboardList size={16} />} onClick={() => onWant({ kind: 'duty_message', whom: 'supplier' })}>
                {t('trips.dutyMessage')}
              </Button>
              <Button size="xs" variant="light" leftSection={<IconMessage size={16} />} onClick={() => onWant({ kind: 'message', whom: 'supplier' })}>
                {t('trips.contactSupplier')}
              </Button>
              <Button size="xs" variant="light" leftSection={<IconUsers size={16} />} onClick={() => onWant({ kind: 'message', whom: 'traveller' })}>
                {t('trips.contactTraveller')}
              </Button>
            </Group>
          )}
        </Paper>
      )}
    </Transition>
  )
}
