import { Button, Checkbox, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '@/api'
import { among, CHANNELS, CONSENTS, KINDS } from '@/people/words'
import { t } from '@/texts'
import { IconFilter, IconSearch } from '@/ui/icons'

import classes from './contacts.module.css'
import type { Search } from './search'

const TYPED = 300 // ms after the last key in which nothing is asked

interface FiltersProps {
  search: Search
  onPut: (change: Partial<Search>) => void
}

/** Who is shown: the usual questions in sight, the others behind a button. */
export function Filters({ search, onPut }: FiltersProps) {
  const rare = [search.blocked, search.trips, search.companies, search.sort]
  const [more, setMore] = useState(rare.some((each) => each !== undefined))
  const find = useDebouncedCallback((q: string) => onPut({ q: q.trim() || undefined }), TYPED)
  const { data: tags = [] } = useQuery({ queryKey: ['contacts', 'tags'], queryFn: ({ signal }) => api.get('/contacts/tags', { signal }) })
  return (
    <div role="search" aria-label={t('contacts.filters')}>
      <div className={classes.filters}>
        <TextInput
          type="search"
          aria-label={t('contacts.find')}
          placeholder={t('contacts.find')}
          leftSection={<IconSearch size={16} />}
          defaultValue={search.q ?? ''}
          onChange={(event) => find(event.currentTarget.value)}
        />
        <Select
          aria-label={t('people.kindLabel')}
          placeholder={t('contacts.anyKind')}
          clearable
          value={search.kind ?? null}
          onChange={(kind) => onPut({ kind: among(KINDS, kind) })}
          data={KINDS.map((value) => ({ value, label: t(`people.kind.${value}`) }))}
        />
        <Select
          aria-label={t('contacts.tag')}
          placeholder={t('contacts.anyTag')}
          clearable
          searchable
          value={search.tag ?? null}
          onChange={(tag) => onPut({ tag: tag ?? undefined })}
          data={tags.map(({ tag, contacts }) => ({ value: tag, label: `${tag} (${contacts})` }))}
        />
        <Select
          aria-label={t('contacts.channel')}
          placeholder={t('contacts.anyChannel')}
          clearable
          value={search.channel ?? null}
          onChange={(channel) => onPut({ channel: among(CHANNELS, channel) })}
          data={CHANNELS.map((value) => ({ value, label: t(`ui.channel.${value}`) }))}
        />
        <Button variant={more ? 'light' : 'default'} leftSection={<IconFilter size={16} />} aria-expanded={more} onClick={() => setMore(!more)}>
          {t('contacts.moreFilters')}
        </Button>
      </div>
      {more && (
        <Group gap={8} align="center">
          <Select
            w={230}
            aria-label={t('contacts.blocked')}
            placeholder={t('contacts.blocked')}
            clearable
            value={search.blocked ?? null}
            onChange={(kind) => onPut({ blocked: among(CONSENTS, kind) })}
            data={CONSENTS.map((value) => ({ value, label: t('contacts.notWanting', { kind: t(`people.consent.${value}`) }) }))}
          />
          <Select
            w={180}
            aria-label={t('contacts.trips')}
            placeholder={t('contacts.trips')}
            clearable
            value={search.trips ?? null}
            onChange={(trips) => onPut({ trips: among(['with', 'without'] as const, trips) })}
            data={(['with', 'without'] as const).map((value) => ({ value, label: t(`contacts.tripsOf.${value}`) }))}
          />
          <Select
            w={180}
            aria-label={t('contacts.sort')}
            allowDeselect={false}
            value={search.sort ?? 'name'}
            onChange={(sort) => onPut({ sort: sort === 'recent' ? 'recent' : undefined })}
            data={(['name', 'recent'] as const).map((value) => ({ value, label: t(`contacts.sortBy.${value}`) }))}
          />
          <Checkbox
            label={t('contacts.companies')}
            checked={search.companies === true}
            onChange={(event) => onPut({ companies: event.currentTarget.checked || undefined })}
          />
        </Group>
      )}
    </div>
  )
}
