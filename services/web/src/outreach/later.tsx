import '@mantine/dates/styles.css'

import { DateTimePicker } from '@mantine/dates'

import { t } from '@/texts'
import { IconClock } from '@/ui/icons'

interface LaterProps {
  /** As `2026-12-03 09:00:00`; null for at once. */
  value: string | null
  onChange: (value: string | null) => void
  disabled: boolean
}

/** When the letters leave, on the clock of the place that they are about. */
export function Later({ value, onChange, disabled }: LaterProps) {
  return (
    <DateTimePicker
      title={t('outreach.when')}
      placeholder={t('outreach.atOnce')}
      leftSection={<IconClock size={16} />}
      clearable
      minDate={new Date()}
      valueFormat="ddd D MMM, HH:mm"
      value={value}
      onChange={onChange}
      disabled={disabled}
      w={210}
      popoverProps={{ withinPortal: true }}
      clearButtonProps={{ 'aria-label': t('outreach.atOnce') }}
    />
  )
}
