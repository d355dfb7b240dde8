import { ActionIcon, Button, Group, Menu, Modal, Select, Stack, Text, Tooltip } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import '@mantine/dates/styles.css'
import { IconClock } from '@/ui/icons'
import dayjs from 'dayjs'
import { useState } from 'react'

import type { SendAt } from '@/api'
import { t } from '@/texts'
import { city, dateIn, readerZone } from '@/time'

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
      {choosing && <Choose close={() => setChoosing(false)} plan={plan} />}
    </>
  )
}

/** A moment on the reader's clock, or on that of who gets the message. */
export function Choose({ close, plan }: { close: () => void; plan: (at: SendAt) => void }) {
  const [moment, setMoment] = useState<string | null>(null)
  const [zone, setZone] = useState(readerZone())
  const zones = [
    { value: readerZone(), label: t('composer.yourClock', { zone: city(readerZone()) }) },
    { value: 'recipient', label: t('composer.theirClock') },
    { value: 'organisation', label: t('composer.officeClock') },
  ]
  return (
    <Modal opened onClose={close} title={t('composer.later')} closeButtonProps={{ 'aria-label': t('ui.close') }}>
      <Stack gap="sm">
        <DateTimePicker
          label={t('composer.moment')}
          value={moment}
          onChange={setMoment}
          minDate={dateIn(new Date())}
          valueFormat="ddd D MMM YYYY, HH:mm"
          data-autofocus
        />
        <Select label={t('composer.clock')} data={zones} value={zone} onChange={(next) => setZone(next ?? readerZone())} allowDeselect={false} />
        <Text size="xs" c="dimmed">
          {t('composer.clockText')}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('ui.cancel')}
          </Button>
          <Button
            disabled={moment === null}
            onClick={() => {
              const [date, time] = (moment ?? '').split(' ')
              if (date && time) plan({ local: { date, time, zone } })
              close()
            }}
          >
            {t('composer.plan')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
