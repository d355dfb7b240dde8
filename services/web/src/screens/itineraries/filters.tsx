import '@mantine/dates/styles.css'

import { Button, Checkbox, NumberInput, Select, TextInput } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '@/api'
import { t } from '@/texts'
import { tripStateName } from '@/trips/states'
import { TRIP_STATES } from '@/trips/steps'
import { IconFilter, IconSearch } from '@/ui/icons'

import classes from './itineraries.module.css'
import { AGES, type Search } from './search'

const TYPED = 350 // ms after the last key in which nothing is asked

interface FiltersProps {
  search: Search
  currency: string
  onPut: (change: Partial<Search>) => void
}

/** What of the trips is shown: the usual questions in sight, the others behind a button. */
export function Filters({ search, currency, onPut }: FiltersProps) {
  const rare = [search.listing, search.priceFrom, search.priceTo, search.age, search.overbooked]
  const [more, setMore] = useState(rare.some((each) => each !== undefined))
  const find = useDebouncedCallback((q: string) => onPut({ q: q.trim() || undefined }), TYPED)
  return (
    <div role="search" aria-label={t('itineraries.filters')}>
      <div className={classes.filters}>
        <TextInput
          type="search"
          aria-label={t('itineraries.find')}
          placeholder={t('itineraries.find')}
          leftSection={<IconSearch size={16} />}
          defaultValue={search.q ?? ''}
          onChange={(event) => find(event.currentTarget.value)}
        />
        <Select
          aria-label={t('itineraries.state')}
          placeholder={t('itineraries.anyState')}
          clearable
          value={search.state ?? null}
          onChange={(state) => onPut({ state: TRIP_STATES.find((each) => each === state) })}
          data={TRIP_STATES.map((value) => ({ value, label: tripStateName(value) }))}
        />
        <DatePickerInput
          type="range"
          aria-label={t('itineraries.stay')}
          placeholder={t('itineraries.stay')}
          clearable
          allowSingleDateInRange
          value={[search.from ?? null, search.to ?? null]}
          onChange={([from, to]) => onPut({ from: from ?? undefined, to: to ?? undefined })}
        />
        <Select
          aria-label={t('itineraries.money')}
          placeholder={t('itineraries.anyMoney')}
          clearable
          value={search.money ?? null}
          onChange={(value) => onPut({ money: (['incomplete', 'overdue'] as const).find((each) => each === value) })}
          data={(['incomplete', 'overdue'] as const).map((value) => ({ value, label: t(`itineraries.${value}`) }))}
        />
        <Button variant={more ? 'light' : 'default'} leftSection={<IconFilter size={16} />} aria-expanded={more} onClick={() => setMore(!more)}>
          {t('itineraries.moreFilters')}
        </Button>
      </div>
      {more && <Rare search={search} currency={currency} onPut={onPut} />}
    </div>
  )
}

function Rare({ search, currency, onPut }: FiltersProps) {
  const listings = useQuery({ queryKey: ['listings'], queryFn: ({ signal }) => api.get('/listings', { signal }) })
  const price = useDebouncedCallback((change: Partial<Search>) => onPut(change), TYPED)
  const amount = (value: number | string) => (value === '' ? undefined : Number(value))
  return (
    <div className={classes.filters}>
      <Select
        aria-label={t('itineraries.listing')}
        placeholder={t('itineraries.anyListing')}
        clearable
        searchable
        value={search.listing ?? null}
        onChange={(listing) => onPut({ listing: listing ?? undefined })}
        data={(listings.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      />
      <Select
        aria-label={t('itineraries.age')}
        placeholder={t('itineraries.anyAge')}
        clearable
        value={search.age === undefined ? null : String(search.age)}
        onChange={(age) => onPut({ age: AGES.find((each) => String(each) === age) })}
        data={AGES.map((days) => ({ value: String(days), label: t('itineraries.lastDays', { count: days }) }))}
      />
      <NumberInput
        aria-label={t('itineraries.priceFrom', { currency })}
        placeholder={t('itineraries.priceFrom', { currency })}
        min={0}
        hideControls
        thousandSeparator
        defaultValue={search.priceFrom ?? ''}
        onChange={(value) => price({ priceFrom: amount(value) })}
      />
      <NumberInput
        aria-label={t('itineraries.priceTo', { currency })}
        placeholder={t('itineraries.priceTo', { currency })}
        min={0}
        hideControls
        thousandSeparator
        defaultValue={search.priceTo ?? ''}
        onChange={(value) => price({ priceTo: amount(value) })}
      />
      <Checkbox
        className={classes.check}
        label={t('itineraries.overbooked')}
        checked={search.overbooked ?? false}
        onChange={(event) => onPut({ overbooked: event.currentTarget.checked ? true : undefined })}
      />
    </div>
  )
}
