import '@mantine/dates/styles.css'

import { Button, Group, Pill, Select, TextInput } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { usersQuery } from '@/queries'
import { t, tv } from '@/texts'
import { ContactSelect } from '@/trips/contact-select'
import { IconSearch } from '@/ui/icons'

import type { Search } from '../search'
import { choices } from './actions'
import classes from './records.module.css'

const TYPED = 350 // ms after the last key in which nothing is asked

const NONE: Partial<Search> = {
  q: undefined, user: undefined, what: undefined, about: undefined, entity: undefined, thing: undefined, from: undefined, to: undefined,
}

interface FiltersProps {
  search: Search
  onPut: (change: Partial<Search>) => void
}

/** What of the log is shown. */
export function Filters({ search, onPut }: FiltersProps) {
  const users = useQuery(usersQuery)
  const [typed, setTyped] = useState(search.q ?? '')
  const find = useDebouncedCallback((q: string) => onPut({ q: q.trim() || undefined }), TYPED)
  const isNarrowed = (Object.keys(NONE) as (keyof Search)[]).some((each) => search[each] !== undefined)
  return (
    <div role="search" aria-label={t('records.filters')}>
      <div className={classes.filters}>
        <TextInput
          className={classes.wide}
          type="search"
          aria-label={t('records.find')}
          placeholder={t('records.find')}
          leftSection={<IconSearch size={16} />}
          value={typed}
          onChange={({ currentTarget: { value } }) => {
            setTyped(value)
            find(value)
          }}
        />
        <Select
          className={classes.wide}
          aria-label={t('records.what')}
          placeholder={t('records.anything')}
          clearable
          searchable
          value={search.what ?? null}
          onChange={(what) => onPut({ what: what ?? undefined })}
          data={choices()}
          maxDropdownHeight={360}
        />
        <Select
          aria-label={t('records.who')}
          placeholder={t('records.anybody')}
          clearable
          searchable
          value={search.user ?? null}
          onChange={(user) => onPut({ user: user ?? undefined })}
          data={(users.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
        <ContactSelect aria-label={t('records.about')} placeholder={t('records.about')} value={search.about} onChange={(about) => onPut({ about })} />
        <DatePickerInput
          className={classes.days}
          type="range"
          aria-label={t('records.days')}
          placeholder={t('records.days')}
          clearable
          allowSingleDateInRange
          value={[search.from ?? null, search.to ?? null]}
          onChange={([from, to]) => onPut({ from: from ?? undefined, to: to ?? undefined })}
        />
      </div>
      {isNarrowed && (
        <Group gap={8} mb="sm">
          {search.thing !== undefined && (
            <Pill
              withRemoveButton
              onRemove={() => onPut({ entity: undefined, thing: undefined })}
              removeButtonProps={{ 'aria-label': t('records.allThings'), tabIndex: 0, 'aria-hidden': false }}
            >
              {t('records.onlyThis', { thing: tv('records.thing', search.entity ?? '') })}
            </Pill>
          )}
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => {
              setTyped('')
              onPut(NONE)
            }}
          >
            {t('records.clear')}
          </Button>
        </Group>
      )}
    </div>
  )
}
