import '@mantine/dates/styles.css'

import { Button, Select } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { tripQuery } from '@/conversations/queries'
import { TripPicker } from '@/conversations/trip-picker'
import { connectionsQuery, usersQuery } from '@/queries'
import { t } from '@/texts'
import { ContactSelect } from '@/trips/contact-select'
import { IconFilter } from '@/ui/icons'

import type { Search } from './search'
import { CHANNELS, MACHINES, STATUSES } from './sent-query'
import classes from './settings.module.css'

interface FiltersProps {
  search: Search
  put: (change: Partial<Search>) => void
}

/** What of the log is shown: the usual questions in sight, the others behind a button. */
export function SentFilters({ search, put }: FiltersProps) {
  const rare = [search.connection, search.author, search.contact, search.trip]
  const [more, setMore] = useState(rare.some((each) => each !== undefined))
  return (
    <div role="search" aria-label={t('settings.sent.filters')}>
      <div className={classes.filters}>
        <Select
          aria-label={t('settings.sent.channel')}
          placeholder={t('settings.sent.anyChannel')}
          clearable
          value={search.channel ?? null}
          onChange={(value) => put({ channel: value ?? undefined, connection: undefined })}
          data={CHANNELS.map((value) => ({ value, label: t(`ui.channel.${value}`) }))}
        />
        <Select
          aria-label={t('settings.sent.status')}
          placeholder={t('settings.sent.anyStatus')}
          clearable
          value={search.status ?? null}
          onChange={(value) => put({ status: value ?? undefined })}
          data={STATUSES.map((value) => ({ value, label: t(`settings.sent.statuses.${value}`) }))}
        />
        <DatePickerInput
          type="range"
          aria-label={t('settings.sent.days')}
          placeholder={t('settings.sent.days')}
          clearable
          allowSingleDateInRange
          value={[search.from ?? null, search.to ?? null]}
          onChange={([from, to]) => put({ from: from ?? undefined, to: to ?? undefined })}
        />
        <Button variant={more ? 'light' : 'default'} leftSection={<IconFilter size={16} />} aria-expanded={more} onClick={() => setMore(!more)}>
          {t('settings.sent.moreFilters')}
        </Button>
      </div>
      {more && <Rare search={search} put={put} />}
    </div>
  )
}

function Rare({ search, put }: FiltersProps) {
  const connections = useQuery(connectionsQuery).data ?? []
  const users = useQuery(usersQuery).data ?? []
  const trip = useQuery({ ...tripQuery(search.trip ?? ''), enabled: search.trip !== undefined }).data
  const offered = connections.filter((each) => search.channel === undefined || each.channel === search.channel)
  return (
    <div className={classes.filters}>
      <Select
        label={t('settings.sent.from')}
        placeholder={t('settings.sent.anyConnection')}
        clearable
        value={search.connection ?? null}
        onChange={(value) => put({ connection: value ?? undefined })}
        data={offered.map((each) => ({ value: each.id, label: each.details.label }))}
      />
      <Select
        label={t('settings.sent.by')}
        placeholder={t('settings.sent.anyAuthor')}
        clearable
        searchable
        value={search.author ?? null}
        onChange={(value) => put({ author: value ?? undefined })}
        data={[
          { group: t('settings.sent.team'), items: users.map((each) => ({ value: each.id, label: each.name })) },
          { group: t('settings.sent.machines'), items: MACHINES.map((value) => ({ value, label: t(`settings.sent.authors.${value}`) })) },
        ]}
      />
      <ContactSelect label={t('settings.sent.to')} placeholder={t('settings.sent.anybody')} value={search.contact} onChange={(contact) => put({ contact })} />
      <TripPicker
        autofocus={false}
        contactId={search.contact ?? null}
        known={trip && { id: trip.id, reference: trip.reference, title: trip.details.title }}
        value={search.trip ?? null}
        onChange={(value) => put({ trip: value ?? undefined })}
      />
    </div>
  )
}
