import { Select, type SelectProps } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '@/api'
import { t } from '@/texts'
import { NothingFound } from '@/ui/nothing-found'

import { tripsQuery } from './panel/trips'

const DEBOUNCE = 250 // ms

interface TripPickerProps extends Pick<SelectProps, 'size' | 'description' | 'error' | 'comboboxProps'> {
  /** Whose trips are offered before anything is typed. */
  contactId: string | null
  value: string | null
  onChange: (id: string | null) => void
  /** The one that is chosen already. */
  known?: { id: string; reference: string; title: string } | undefined
  /** It is what a window begins with. */
  autofocus?: boolean
}

/** Chooses an itinerary: the person's own first, any other by reference, title or guest. */
export function TripPicker({ contactId, value, onChange, known, autofocus = true, ...field }: TripPickerProps) {
  const [words, setWords] = useState('')
  const [asked] = useDebouncedValue(words.trim(), DEBOUNCE)
  const own = useQuery({ ...tripsQuery(contactId ?? ''), enabled: contactId !== null })
  const found = useQuery({
    queryKey: ['itineraries', 'to-link', asked],
    queryFn: ({ signal }) => api.get('/itineraries', { query: { q: asked, limit: 20 }, signal }),
    enabled: asked !== '',
  })
  const offered = new Map([
    ...(known ? [[known.id, known] as const] : []),
    ...(own.data ?? []).map((each) => [each.id, each] as const),
    ...(found.data?.itineraries ?? []).map((each) => [each.id, each] as const),
  ])
  return (
    <Select
      label={t('conversations.itinerary')}
      placeholder={t('conversations.itineraryHint')}
      searchable
      clearable
      {...(autofocus && { 'data-autofocus': '' })}
      {...field}
      searchValue={words}
      onSearchChange={setWords}
      value={value}
      data={[...offered.values()].map((each) => ({ value: each.id, label: `${each.reference} · ${each.title}` }))}
      nothingFoundMessage={<NothingFound>{t('conversations.noneFits')}</NothingFound>}
      onChange={onChange}
    />
  )
}
