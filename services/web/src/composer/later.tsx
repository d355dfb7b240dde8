import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { IconClock } from '@/ui/icons'
import dayjs from 'dayjs'
import { lazy, Suspense, useState } from 'react'

import type { SendAt } from '@/api'
import { t } from '@/texts'
import { dateIn, readerZone } from '@/time'

// With the calendar in it, which few messages want.
const Choose = lazy(() => import('./choose'))

interface LaterProps {
  disabled: boolean
  plan: (at: SendAt) => void
}

/** Tomorrow at nine, and the next Monday at nine, on the reader's clock. */
export function suggestions(now: Date, zone: string): { name: 'tomorrow' | 'monday'; at: SendAt }[] {
  const today = dayjs(dateIn(now, zone))
  const at = (day: dayjs.Dayjs): SendAt => ({ local: { date: day.format('YYYY-MM-DD'), time: '09:00:00', zone } })
  const toMonday = (8 - today.day()) % 7 || 7
  return [
    { name: 'tomorrow', at: at(today.add(1, 'day')) },
    ...(toMonday > 1 ? [{ name: 'monday' as const, at: at(today.add(toMonday, 'day')) }] : []),
  ]
}

export function Later({ disabled, plan }: LaterProps) {
  const [choosing, setChoosing] = useState(false)
  return (
    <>
      <Menu position="top-end" withinPortal shadow="md">
        <Menu.Target>
          <Tooltip label={t('composer.later')}>
            <ActionIcon size="lg" variant="default" disabled={disabled} aria-label={t('composer.later')}>
              <IconClock size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('composer.later')}</Menu.Label>
          <Menu.Item onClick={() => plan({ at: new Date(Date.now() + 3_600_000).toISOString() })}>{t('composer.inAnHour')}</Menu.Item>
          {suggestions(new Date(), readerZone()).map(({ name, at }) => (
            <Menu.Item key={name} onClick={() => plan(at)}>
              {t(`composer.${name}`)}
            </Menu.Item>
          ))}
          <Menu.Item onClick={() => setChoosing(true)}>{t('composer.choose')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {choosing && (
        <Suspense fallback={null}>
          <Choose close={() => setChoosing(false)} plan={plan} />
        </Suspense>
      )}
    </>
  )
}
