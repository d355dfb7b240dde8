import { Stack, TextInput } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import { useState } from 'react'

import { t } from '@/texts'
import { dateIn, momentOf } from '@/time'
import { addDays } from '@/trips/days'
import { Dialogue } from '@/ui/dialogue'

import { Buttons } from './window-buttons'

/** Until when a conversation is put off, and why. */
export default function FollowUp({ close, set }: { close: () => void; set: (until: string, note: string) => void }) {
  const [until, setUntil] = useState<string | null>(`${addDays(dateIn(new Date()), 1)} 09:00:00`)
  const [note, setNote] = useState('')
  return (
    <Dialogue onClose={close} title={t('conversations.putOff')}>
      <Stack>
        <DateTimePicker label={t('conversations.untilWhen')} value={until} onChange={setUntil} minDate={dateIn(new Date())} valueFormat="ddd D MMM YYYY, HH:mm" />
        <TextInput label={t('conversations.note')} value={note} maxLength={500} onChange={({ currentTarget }) => setNote(currentTarget.value)} />
        <Buttons
          close={close}
          disabled={until === null}
          save={() => {
            if (until !== null) set(momentOf(until).toISOString(), note)
            close()
          }}
        />
      </Stack>
    </Dialogue>
  )
}
