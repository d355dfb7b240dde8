import { Group, MultiSelect, type MultiSelectProps, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Contact } from '@/api'
import { t } from '@/texts'

import { firstOf, phoneOf } from './words'

export type Person = Pick<Contact, 'id' | 'name'>

interface ContactsSelectProps extends Pick<MultiSelectProps, 'label' | 'placeholder' | 'disabled'> {
  chosen: readonly Person[]
  onChange: (chosen: readonly Person[]) => void
}

const SHOWN = 20
const DEBOUNCE = 250 // ms

/** People who can be written to, found by name, address or number; several of them. */
export function ContactsSelect({ chosen, onChange, ...field }: ContactsSelectProps) {
  const [typed, setTyped] = useState('')
  const [q] = useDebouncedValue(typed.trim(), DEBOUNCE)
  const { data: found = [] } = useQuery({
    queryKey: ['contacts', 'to-write-to', q],
    queryFn: async ({ signal }) => (await api.get('/contacts', { query: { q: q || undefined, limit: SHOWN }, signal })).contacts,
    placeholderData: keepPreviousData,
  })
  const reached = new Map(found.filter((each) => each.identities.length > 0).map((each) => [each.id, each]))
  const people = new Map<string, Person>([...chosen.map((each) => [each.id, each] as const), ...reached])
  return (
    <MultiSelect
      {...field}
      searchable
      hidePickedOptions
      data-autofocus
      value={chosen.map((each) => each.id)}
      onChange={(ids) => {
        onChange(ids.flatMap((id) => people.get(id) ?? []))
        setTyped('')
      }}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      data={[...people.values()].map(({ id, name }) => ({ value: id, label: name }))}
      renderOption={({ option }) => <Found name={option.label} contact={reached.get(option.value)} />}
      nothingFoundMessage={t('people.noneFits')}
    />
  )
}

function Found({ name, contact }: { name: string; contact: Contact | undefined }) {
  const about = contact && [firstOf(contact, 'email'), phoneOf(contact), contact.company].filter(Boolean).join(' · ')
  return (
    <Group gap={6} miw={0}>
      <Text size="sm">{name}</Text>
      <Text size="xs" c="dimmed" truncate>
        {about}
      </Text>
    </Group>
  )
}
