import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '@/api'

interface SupplierSelectProps {
  label: string
  placeholder: string
  value: string | undefined
  onChange: (id: string | undefined) => void
}

const SHOWN = 30

/** One of the suppliers, found by name. */
export function SupplierSelect({ label, placeholder, value, onChange }: SupplierSelectProps) {
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
    queryKey: ['contacts', 'suppliers', asked],
    queryFn: ({ signal }) => api.get('/contacts', { query: { kind: 'supplier', q: asked || undefined, limit: SHOWN }, signal }),
    placeholderData: keepPreviousData,
  })
  const options = new Map(found.data?.contacts.map((each) => [each.id, each.name]))
  if (value !== undefined && name !== undefined) options.set(value, name)
  return (
    <Select
      aria-label={label}
      placeholder={placeholder}
      size="xs"
      searchable
      clearable
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options: all }) => all}
      data={[...options].map(([id, label]) => ({ value: id, label }))}
    />
  )
}
