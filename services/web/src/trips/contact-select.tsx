import { Select, type SelectProps } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type ContactKind } from '@/api'
import { t } from '@/texts'

interface ContactSelectProps extends Pick<SelectProps, 'label' | 'aria-label' | 'size' | 'error'> {
  kind?: ContactKind
  placeholder: string
  value: string | undefined
  onChange: (id: string | undefined, name: string) => void
  /** Takes a name that is no contact's, where that will do. */
  onNew?: (name: string) => void
}

const SHOWN = 30
const NEW = 'new'

/** One of the contacts of a kind, found by name. */
export function ContactSelect({ kind, value, onChange, onNew, ...field }: ContactSelectProps) {
  const [typed, setTyped] = useState('')
  const [q] = useDebouncedValue(typed, 250)
  const chosen = useQuery({
    queryKey: ['contacts', 'one', value],
    queryFn: ({ signal }) => api.get('/contacts/{id}', { path: { id: value ?? '' }, signal }),
    enabled: value !== undefined,
  })
  const name = chosen.data?.name
  // What stands in the field once one is chosen is his name, and no search.
  const asked = q === name ? '' : q
  const found = useQuery({
    queryKey: ['contacts', 'to-choose', kind, asked],
    queryFn: ({ signal }) => api.get('/contacts', { query: { kind, q: asked || undefined, limit: SHOWN }, signal }),
    placeholderData: keepPreviousData,
  })
  const options = new Map(found.data?.contacts.map((each) => [each.id, each.name]))
  if (value !== undefined && name !== undefined) options.set(value, name)
  return (
    <Select
      {...field}
      searchable
      clearable
      value={value ?? null}
      onChange={(id) => id === NEW ? onNew?.(typed.trim()) : onChange(id ?? undefined, options.get(id ?? '') ?? '')}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options: all }) => all}
      data={[
        ...[...options].map(([id, label]) => ({ value: id, label })),
        ...(onNew !== undefined && typed.trim() !== '' ? [{ value: NEW, label: t('trips.form.byName', { name: typed.trim() }) }] : []),
      ]}
    />
  )
}
