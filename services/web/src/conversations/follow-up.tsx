import { Stack, TextInput } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import dayjs from 'dayjs'
import { useState } from 'react'

import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'

import { Buttons } from './window-buttons'

/** Until when a conversation is put off, and why. */
export default function FollowUp({ close, set }: { close: () => void; set: (until: string, note: string) => void }) {
  const [until, setUntil] = useState<string | null>(dayjs().add(1, 'day').hour(9).minute(0).format('YYYY-MM-DD HH:mm:00'))
  const [note, setNote] = useState('')
  return (
    <Dialogue onClose={close} title={t('conversations.putOff')}>
      <Stack>
        <DateTimePicker label={t('conversations.untilWhen')} value={until} onChange={setUntil} minDate={new Date()} valueFormat="ddd D MMM YYYY, HH:mm" />
        <TextInput label={t('conversations.note')} value={note} maxLength={500} onChange={({ currentTarget }) => setNote(currentTarget.value)} />
        <Buttons
          close={close}
          disabled={until === null}
          save={() => {
            if (until !== null) set(dayjs(until).toISOString(), note)
            close()
          }}
        />
      </Stack>
    </Dialogue>
  )
}
