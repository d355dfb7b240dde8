import { Button, Group, Menu, Stack, TextInput, UnstyledButton } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Itinerary } from '@/api'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { TripBadge, tripStateName } from '@/trips/states'
import { nextOfTrip, type TripState } from '@/trips/steps'
import { Dialogue } from '@/ui/dialogue'

/** The state of the trip; pressed, where it may go from there. */
export function StateMenu({ trip }: { trip: Itinerary }) {
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  const mayEdit = useMay('EDIT_ITINERARIES')
  const { id, version } = trip
  const move = useMutation({
    mutationFn: (to: { state: TripState; reason?: string }) =>
      api.put('/itineraries/{id}/state', { path: { id }, version, body: to }),
    onSuccess: (data) => {
      queries.setQueryData(['itineraries', 'one', id], data)
      setAsking(false)
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['itineraries'] }),
  })
  const state = move.isPending ? move.variables.state : trip.state
  const next = nextOfTrip(state)
  if (!mayEdit || next.length === 0) return <TripBadge state={state} />
  return (
    <>
      <Menu>
        <Menu.Target>
          <UnstyledButton aria-label={t('itinerary.changeState', { state: tripStateName(state) })}>
            <TripBadge state={state} rightSection="▾" style={{ cursor: 'pointer' }} />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('itinerary.moveTo')}</Menu.Label>
          {next.map((each) => (
            <Menu.Item
              key={each}
              {...(each === 'cancelled' && { color: 'red' })}
              // That is said to guests and suppliers: not by a slip of the hand.
              onClick={() => (each === 'cancelled' ? setAsking(true) : move.mutate({ state: each }))}
            >
              {tripStateName(each)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Dialogue opened={asking} onClose={() => setAsking(false)} title={t('itinerary.cancelTitle', { reference: trip.reference })}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            move.mutate({ state: 'cancelled', reason })
          }}
        >
          <Stack>
            <TextInput label={t('itinerary.reason')} maxLength={500} data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsking(false)}>
                {t('itinerary.keep')}
              </Button>
              <Button type="submit" color="red" loading={move.isPending}>
                {t('itinerary.cancelTrip')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Dialogue>
    </>
  )
}
