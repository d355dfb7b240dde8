import { Anchor, Badge, Collapse, Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@/ui/icons'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { api, type FoundTrip } from '@/api'
import { t, tv } from '@/texts'
import { dateIn, money, plainRange } from '@/time'
import { Loaded, Loading } from '@/ui/states'

const COLOURS: Record<string, string> = {
  inquiry: 'gray', proposed: 'yellow', confirmed: 'teal', in_progress: 'tide', finished: 'gray', cancelled: 'red',
}

interface Trip extends FoundTrip {
  id: string
}

/** What is to come and going on first, the travel history behind. */
export function parted(trips: readonly Trip[], today: string): { current: Trip[]; past: Trip[] } {
  const past = trips.filter((each) => each.end < today || each.state === 'cancelled')
  const current = trips.filter((each) => !past.includes(each))
  return { current: current.sort((a, b) => a.start.localeCompare(b.start)), past: past.sort((a, b) => b.start.localeCompare(a.start)) }
}

export function tripsQuery(contactId: string) {
  return {
    queryKey: ['itineraries', 'of', contactId],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const { hits } = await api.get('/search', { query: { kind: 'trips', contact_id: contactId, limit: 50 }, signal })
      return hits.flatMap((each): Trip[] => (each.trip ? [{ ...each.trip, id: each.id }] : []))
    },
  }
}

export function Trips({ contactId }: { contactId: string }) {
  const trips = useQuery(tripsQuery(contactId))
  const [open, setOpen] = useState(false)
  return (
    <Loaded query={trips} loading={<Loading rows={2} />}>
      {(all) => {
        const { current, past } = parted(all, dateIn(new Date()))
        if (all.length === 0) return <Text size="xs" c="dimmed">{t('conversations.noTrips')}</Text>
        return (
          <Stack gap={8}>
            {current.map((each) => (
              <TripLine key={each.id} trip={each} proposals />
            ))}
            {past.length > 0 && (
              <>
                <UnstyledButton fz="xs" c="dimmed" onClick={() => setOpen(!open)} aria-expanded={open}>
                  {open ? <IconChevronDown size={13} aria-hidden /> : <IconChevronRight size={13} aria-hidden />}{' '}
                  {t('conversations.past', { count: past.length })}
                </UnstyledButton>
                <Collapse expanded={open}>
                  <Stack gap={8}>
                    {past.map((each) => (
                      <TripLine key={each.id} trip={each} />
                    ))}
                  </Stack>
                </Collapse>
              </>
            )}
          </Stack>
        )
      }}
    </Loaded>
  )
}

function TripLine({ trip, proposals = false }: { trip: Trip; proposals?: boolean }) {
  return (
    <div>
      <Group gap={6} wrap="nowrap" justify="space-between">
        <Anchor component={Link} to={`/itineraries/${trip.id}`} fz="xs" fw={600} truncate title={trip.title}>
          {trip.reference} · {trip.title}
        </Anchor>
        <Badge size="xs" color={COLOURS[trip.state] ?? 'gray'} style={{ flex: 'none' }}>
          {tv('shell.tripState', trip.state)}
        </Badge>
      </Group>
      <Text size="xs" c="dimmed">
        {plainRange(trip.start, trip.end)}
      </Text>
      {proposals && <Proposals itineraryId={trip.id} />}
    </div>
  )
}

function Proposals({ itineraryId }: { itineraryId: string }) {
  const { data = [] } = useQuery({
    queryKey: ['proposals', 'of', itineraryId],
    queryFn: ({ signal }) => api.get('/itineraries/{itinerary_id}/proposals', { path: { itinerary_id: itineraryId }, signal }),
  })
  return data.map((each) => (
    <Group key={each.id} gap={6} wrap="nowrap" pl={8} fz="xs">
      <Text inherit truncate flex={1} title={each.content.title}>
        {t('conversations.proposal', { reference: each.reference })}
        {each.content.total && ` · ${money(each.content.total.amount, each.content.total.currency)}`}
      </Text>
      <Badge size="xs" variant="outline" color="gray" style={{ flex: 'none' }}>
        {tv('conversations.proposalState', each.state)}
      </Badge>
    </Group>
  ))
}
