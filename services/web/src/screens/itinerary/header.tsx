import { ActionIcon, Alert, Anchor, Button, Group, Menu, Text, Title, Tooltip } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'

import { addressOf, api, type Itinerary } from '@/api'
import { useMay, usersQuery } from '@/queries'
import { t } from '@/texts'
import { city, money, plainDay, plainRange } from '@/time'
import { nights } from '@/trips/days'
import { TripForm } from '@/trips/trip-form'
import { IconAlertTriangle, IconArrowLeft, IconChevronDown, IconDots, IconEdit, IconFileTypePdf, IconSend } from '@/ui/icons'

import { GroupItems } from './groups'
import type { Wanted } from './index'
import classes from './itinerary.module.css'
import { LinkItems } from './link'
import { BookedListing } from './listing'
import { StateMenu } from './state-menu'

interface HeaderProps {
  trip: Itinerary
  onWant: (wanted: Wanted) => void
  /** A new group of its people, or one that has no conversation yet. */
  onGroup: (id?: string) => void
}

/** Where the trip stands, when, who, for how much, and whom one can write to about it. */
export function Header({ trip, onWant, onGroup }: HeaderProps) {
  const { details } = trip
  return (
    <header>
      <Group justify="space-between" gap="sm">
        <Group gap={8}>
          <Tooltip label={t('itinerary.back')}>
            <ActionIcon component={Link} to="/itineraries" variant="subtle" color="gray" aria-label={t('itinerary.back')}>
              <IconArrowLeft size={18} />
            </ActionIcon>
          </Tooltip>
          <Text size="sm" c="dimmed" ff="monospace">
            {trip.reference}
          </Text>
          <StateMenu trip={trip} />
        </Group>
        <Group gap="xs">
          <WriteMenu trip={trip} onWant={onWant} onGroup={onGroup} />
          <Change trip={trip} />
          <PapersMenu trip={trip} />
        </Group>
      </Group>
      <Title order={1} mt={10} style={{ textWrap: 'balance' }}>
        {details.title}
      </Title>
      <Warnings trip={trip} />
      <Facts trip={trip} />
    </header>
  )
}

/** To change when it is, who travels, for how much. */
function Change({ trip }: { trip: Itinerary }) {
  const queries = useQueryClient()
  const [open, setOpen] = useState(false)
  if (!useMay('EDIT_ITINERARIES')) return null
  return (
    <>
      <Tooltip label={t('itinerary.change')}>
        <ActionIcon variant="default" size={36} aria-label={t('itinerary.change')} onClick={() => setOpen(true)}>
          <IconEdit size={18} />
        </ActionIcon>
      </Tooltip>
      {open && (
        <TripForm
          trip={trip}
          onClose={() => setOpen(false)}
          onDone={(data) => {
            queries.setQueryData(['itineraries', 'one', trip.id], data)
            void queries.invalidateQueries({ queryKey: ['itineraries'] })
            setOpen(false)
          }}
        />
      )}
    </>
  )
}

function WriteMenu({ trip, onWant, onGroup }: HeaderProps) {
  const confirmed = ['confirmed', 'in_progress', 'finished'].includes(trip.state)
  const hasAgent = trip.details.agent_id != null
  if (!useMay('SEND_MESSAGES')) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconSend size={16} />} rightSection={<IconChevronDown size={14} />}>
          {t('itinerary.write')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('itinerary.toTraveller')}</Menu.Label>
        <Menu.Item onClick={() => onWant({ occasion: { kind: 'message', whom: 'traveller' } })}>{t('itinerary.message')}</Menu.Item>
        <Menu.Item disabled={trip.public_url == null} onClick={() => onWant({ occasion: { kind: 'itinerary_link', whom: 'traveller' } })}>
          {t('itinerary.sendLink')}
        </Menu.Item>
        <Menu.Item disabled={!confirmed} onClick={() => onWant({ occasion: { kind: 'booking_confirmation', whom: 'traveller' } })}>
          {t('itinerary.sendConfirmation')}
        </Menu.Item>
        {hasAgent && (
          <>
            <Menu.Label>{t('itinerary.toAgent')}</Menu.Label>
            <Menu.Item onClick={() => onWant({ occasion: { kind: 'message', whom: 'agent' } })}>{t('itinerary.message')}</Menu.Item>
            <Menu.Item disabled={trip.details.commission == null} onClick={() => onWant({ occasion: { kind: 'commission', whom: 'agent' } })}>
              {t('itinerary.sendCommission')}
            </Menu.Item>
          </>
        )}
        <GroupItems trip={trip} onNew={() => onGroup()} onLook={onGroup} />
      </Menu.Dropdown>
    </Menu>
  )
}

function PapersMenu({ trip }: { trip: Itinerary }) {
  const confirmed = ['confirmed', 'in_progress', 'finished'].includes(trip.state)
  const paper = (name: 'itinerary' | 'confirmation') => addressOf(`/itineraries/{id}/${name}.pdf`, { path: { id: trip.id } })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t('itinerary.more')}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('itinerary.papers')}</Menu.Label>
        <Menu.Item component="a" href={paper('itinerary')} target="_blank" leftSection={<IconFileTypePdf size={16} />}>
          {t('itinerary.itineraryPdf')}
        </Menu.Item>
        <Menu.Item
          component="a"
          href={confirmed ? paper('confirmation') : undefined}
          target="_blank"
          disabled={!confirmed}
          leftSection={<IconFileTypePdf size={16} />}
        >
          {t('itinerary.confirmationPdf')}
        </Menu.Item>
        <LinkItems trip={trip} />
      </Menu.Dropdown>
    </Menu>
  )
}

function Warnings({ trip }: { trip: Itinerary }) {
  const open = (trip.overbookings ?? []).filter((each) => each.resolved_at == null)
  if (open.length === 0) return null
  return (
    <Alert color="red" mt="sm" p="xs" icon={<IconAlertTriangle size={18} />} title={t('itinerary.overbooked')}>
      {open.map((each) => (
        <Text key={each.id} size="sm">
          {plainRange(each.start, each.end)}:{' '}
          {each.stays
            .filter((stay) => stay.itinerary_id !== trip.id)
            .map((stay) => (
              <Anchor key={stay.itinerary_id} component={Link} to={`/itineraries/${stay.itinerary_id}`} inherit underline="always">
                {stay.reference}
              </Anchor>
            ))}
        </Text>
      ))}
    </Alert>
  )
}

function Facts({ trip }: { trip: Itinerary }) {
  const { details } = trip
  const { data: users } = useQuery(usersQuery)
  const count = nights(details.start, details.end)
  const seller = users?.find((each) => each.id === details.sales_agent_id)?.name
  return (
    <dl className={classes.facts}>
      <Fact name={t('itinerary.dates')}>
        {plainRange(details.start, details.end)}
        <Text size="xs" c="dimmed" fw={400}>
          {count > 0 && `${t('trips.nights', { count })} · `}
          {city(details.zone)}
        </Text>
      </Fact>
      <Fact wide={(details.guests?.length ?? 0) > 2} name={t('itinerary.guests', { count: details.guests?.length ?? 0 })}>
        <Guests trip={trip} />
      </Fact>
      <Money trip={trip} />
      {trip.listing != null && <Fact name={t('itinerary.listing')}><BookedListing listing={trip.listing} /></Fact>}
      {details.agent_id != null && (
        <Fact name={t('itinerary.agent')}>
          <Agent id={details.agent_id} />
          {details.commission != null && (
            <Text size="xs" c="dimmed" fw={400}>
              {t('itinerary.commission', { amount: money(details.commission.amount, details.commission.currency) })}
            </Text>
          )}
        </Fact>
      )}
      {seller !== undefined && <Fact name={t('itinerary.seller')}>{seller}</Fact>}
    </dl>
  )
}

function Agent({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ['contacts', 'one', id],
    queryFn: ({ signal }) => api.get('/contacts/{id}', { path: { id }, signal }),
  })
  return (
    <Anchor inherit component={Link} to={`/contacts/${id}`}>
      {data?.name ?? t('itinerary.agentCard')}
    </Anchor>
  )
}

const SHOWN_GUESTS = 4

function Guests({ trip }: { trip: Itinerary }) {
  const guests = [...(trip.details.guests ?? [])].sort((a, b) => Number(b.lead ?? false) - Number(a.lead ?? false))
  if (guests.length === 0) return '–'
  const rest = guests.slice(SHOWN_GUESTS)
  return (
    <>
      {guests.slice(0, SHOWN_GUESTS).map((guest, index) => (
        <span key={index}>
          {index > 0 && ', '}
          {guest.contact_id == null ? (
            guest.name
          ) : (
            <Anchor inherit underline="always" component={Link} to={`/contacts/${guest.contact_id}`}>
              {guest.name}
            </Anchor>
          )}
        </span>
      ))}
      {rest.length > 0 && (
        <Tooltip label={rest.map((each) => each.name).join(', ')}>
          <Text component="span" inherit c="dimmed">
            {' '}
            {t('itinerary.moreGuests', { count: rest.length })}
          </Text>
        </Tooltip>
      )}
    </>
  )
}

function Money({ trip }: { trip: Itinerary }) {
  const { price } = trip.details
  const balances = trip.balances ?? []
  const overdue = balances.filter((each) => each.overdue > 0)
  const due = balances.find((each) => each.next_due != null && each.outstanding > 0)
  return (
    <>
      <Fact name={t('itinerary.price')}>{price == null ? '–' : money(price.amount, price.currency)}</Fact>
      <Fact name={t('itinerary.outstanding')}>
        {balances.length === 0
          ? '–'
          : balances.map((each) => (
              <div key={each.currency}>{each.outstanding > 0 ? money(each.outstanding, each.currency) : t('itinerary.paid')}</div>
            ))}
        {overdue.length > 0 ? (
          <Text size="xs" fw={600} c="light-dark(#c92a2a, #ff8787)">
            {t('itinerary.overdue', { amount: overdue.map((each) => money(each.overdue, each.currency)).join(', ') })}
          </Text>
        ) : (
          due?.next_due != null && (
            <Text size="xs" c="dimmed" fw={400}>
              {t('itinerary.nextDue', { day: plainDay(due.next_due) })}
            </Text>
          )
        )}
      </Fact>
    </>
  )
}

function Fact({ name, wide = false, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={classes.fact} data-wide={wide}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
