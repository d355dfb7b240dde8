import { Button, Group, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type MessageView } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'

import { TripPicker } from './trip-picker'

interface LinkTripProps {
  message: MessageView
  contactId: string | null
  close: () => void
  onDone: (message: MessageView) => void
}

/** Puts a message on an itinerary by hand, or takes it off. */
export function LinkTrip({ message, contactId, close, onDone }: LinkTripProps) {
  const [trip, setTrip] = useState<string | null>(message.itinerary?.itinerary_id ?? null)
  const saving = useMutation({
    mutationFn: (itinerary: string | null) =>
      api.put('/messages/{id}/itinerary', { path: { id: message.id }, body: { itinerary_id: itinerary } }),
    onSuccess: (answer) => {
      onDone(answer)
      close()
    },
  })
  return (
    <Dialogue onClose={close} title={t('thread.linkTrip')}>
      <Stack>
        <TripPicker
          contactId={contactId}
          value={trip}
          onChange={setTrip}
          known={message.itinerary ? { id: message.itinerary.itinerary_id, reference: message.itinerary.reference, title: message.itinerary.title } : undefined}
        />
        <Group justify="flex-end">
          {message.itinerary && (
            <Button variant="subtle" color="red" onClick={() => saving.mutate(null)}>
              {t('conversations.unlink')}
            </Button>
          )}
          <Button variant="default" onClick={close}>
            {t('ui.cancel')}
          </Button>
          <Button disabled={trip === null} loading={saving.isPending} onClick={() => saving.mutate(trip)}>
            {t('ui.save')}
          </Button>
        </Group>
      </Stack>
    </Dialogue>
  )
}
