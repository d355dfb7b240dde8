import { Button, Group, Select, Stack, Text } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import '@mantine/dates/styles.css'
import { useState } from 'react'

import type { SendAt } from '@/api'
import { t } from '@/texts'
import { city, dateIn, readerZone } from '@/time'
import { Dialogue } from '@/ui/dialogue'

/** A moment on the reader's clock, or on that of who gets the message. */
export default function Choose({ close, plan }: { close: () => void; plan: (at: SendAt) => void }) {
  const [moment, setMoment] = useState<string | null>(null)
  const [zone, setZone] = useState(readerZone())
  const zones = [
    { value: readerZone(), label: t('composer.yourClock', { zone: city(readerZone()) }) },
    { value: 'recipient', label: t('composer.theirClock') },
    { value: 'organisation', label: t('composer.officeClock') },
  ]
  return (
    <Dialogue onClose={close} title={t('composer.later')}>
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
    </Dialogue>
  )
}
