import { Alert, Badge, Button, Group, Menu, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Feed, type FeedState } from '@/api'
import { said, t } from '@/texts'
import { Heading } from '@/ui/heading'
import { IconAlertTriangle, IconCalendarEvent, IconPlayerPlay, IconPlayerStop, IconPlus, IconRefresh } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import { RowMenu } from '../row-menu'
import { Entries } from './entries'
import { FeedForm } from './form'
import { countsOf, FEEDS, isDue, KEY, listingsQuery, LOOK, portalsQuery } from './values'

const COLOURS: Record<FeedState, string> = { new: 'yellow', working: 'tide', failing: 'red', off: 'gray' }

type Open = { what: 'new' } | { what: 'form' | 'entries'; id: string }

/** Calendars of portals that are fetched again and again: reservations come from them. */
export default function Feeds() {
  const feeds = useQuery({
    ...FEEDS,
    staleTime: 0,
    // No event tells how a fetch ended.
    refetchInterval: ({ state: { data } }) => (data?.some((each) => isDue(each)) ? LOOK : false),
  })
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const make = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen({ what: 'new' })}>
      {t('feeds.new')}
    </Button>
  )
  const chosen = open !== undefined && 'id' in open ? feeds.data?.find((each) => each.id === open.id) : undefined
  return (
    <section>
      <Heading title={t('settings.section.feeds')} text={t('feeds.text')}>
        {feeds.data?.length !== 0 && make}
      </Heading>
      <Loaded query={feeds}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={<IconCalendarEvent size={26} stroke={1.5} />} title={t('feeds.empty')} text={t('feeds.emptyText')} action={make} />
          ) : (
            <Stack gap="sm">
              {all.map((each) => (
                <Row key={each.id} feed={each} onOpen={setOpen} />
              ))}
            </Stack>
          )
        }
      </Loaded>
      {open?.what === 'new' && <FeedForm onClose={close} />}
      {open?.what === 'form' && chosen && <FeedForm feed={chosen} onClose={close} />}
      {open?.what === 'entries' && chosen && <Entries feed={chosen} onClose={close} />}
    </section>
  )
}

function Row({ feed, onOpen }: { feed: Feed; onOpen: (open: Open) => void }) {
  const { id, name, host, state, error, source, fetched_at: at, counts, active } = feed
  const queries = useQueryClient()
  const listings = useQuery(listingsQuery)
  const portals = useQuery(portalsQuery)
  const refresh = useMutation({
    mutationFn: () => api.post('/feeds/{id}/refresh', { path: { id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  })
  const whose = [
    host,
    listings.data?.find((each) => each.id === source.listing_id)?.name,
    portals.data?.find((each) => each.id === source.portal_id)?.name,
  ]
  return (
    <article className={section.card} aria-label={name}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <div style={{ flex: 1, minWidth: 0 }}>
          <Group gap={8}>
            <Text fw={650} style={{ overflowWrap: 'anywhere' }}>
              {name}
            </Text>
            <Badge color={COLOURS[state]}>{t(`feeds.state.${state}`)}</Badge>
          </Group>
          <Text size="sm" c="dimmed">
            {whose.filter(Boolean).join(' · ')}
          </Text>
          <Text size="sm" mt={4}>
            {at === null ? (
              t('feeds.never')
            ) : (
              <>
                {t('feeds.fetched')} <Moment at={at} as="ago" /> · {countsOf(counts)}
              </>
            )}
          </Text>
        </div>
        <FeedMenu feed={feed} onChange={() => onOpen({ what: 'form', id })} />
      </Group>
      {error !== '' && (
        <Alert mt="sm" p="xs" color="red" icon={<IconAlertTriangle size={17} />}>
          {said(error)}
        </Alert>
      )}
      <Group gap={6} mt="sm">
        {active && (
          <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={15} />} loading={refresh.isPending || isDue(feed)} onClick={() => refresh.mutate()}>
            {t('feeds.refresh')}
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={() => onOpen({ what: 'entries', id })}>
          {t('feeds.entries')}
        </Button>
      </Group>
    </article>
  )
}

function FeedMenu({ feed, onChange }: { feed: Feed; onChange: () => void }) {
  const { id, name, version, active, source, every_minutes } = feed
  const queries = useQueryClient()
  const again = () => queries.invalidateQueries({ queryKey: KEY })
  const turn = useMutation({
    mutationFn: () => api.put('/feeds/{id}', { path: { id }, version, body: { name, source, every_minutes, active: !active } }),
    onSettled: again,
  })
  const remove = useMutation({
    mutationFn: () => api.delete('/feeds/{id}', { path: { id } }),
    onSuccess: () => {
      toast.done(t('feeds.removed', { name }))
      return again()
    },
  })
  return (
    <RowMenu
      label={t('settings.users.moreOf', { name })}
      busy={turn.isPending || remove.isPending}
      onChange={onChange}
      onRemove={() => remove.mutate()}
    >
      <Menu.Item leftSection={active ? <IconPlayerStop size={16} /> : <IconPlayerPlay size={16} />} onClick={() => turn.mutate()}>
        {t(active ? 'feeds.turnOff' : 'feeds.turnOn')}
      </Menu.Item>
    </RowMenu>
  )
}
