// Who is to be put into a group: the guests of its trip to tick, contacts to search, numbers to type.

import { ActionIcon, Checkbox, Group, Select, Skeleton, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQueries, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'

import { api, type Contact, type Guest } from '@/api'
import { contactQuery } from '@/conversations/queries'
import { t } from '@/texts'
import { IconX } from '@/ui/icons'
import { NothingFound } from '@/ui/nothing-found'

import { type Chosen, numberOf, ofContact, ofNumber, proposed, typedNumber, withOne, without } from './chosen'
import classes from './groups.module.css'

const DEBOUNCE = 250 // ms
const OFFERED = 20

interface PickerProps {
  guests: readonly Guest[] | undefined
  chosen: readonly Chosen[]
  choose: (chosen: Chosen[]) => void
  /** What the API has against one of them, by their keys. */
  problems: Readonly<Record<string, string>>
  error: ReactNode
  /** By contact: in the group already. */
  inside?: ReadonlySet<string>
}

export function ParticipantPicker({ guests, chosen, choose, problems, error, inside = new Set() }: PickerProps) {
  const offered = proposed(guests ?? []).filter((each) => !inside.has(each.contact_id ?? ''))
  const ticked = new Set(offered.flatMap((each) => each.contact_id ?? []))
  const others = chosen.filter((each) => !ticked.has(each.key))
  return (
    <Stack gap="xs">
      {guests !== undefined && (
        <fieldset className={classes.fieldset}>
          <Text component="legend" size="sm" fw={650}>
            {t('groups.guests')}
          </Text>
          {offered.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('groups.noGuests')}
            </Text>
          ) : (
            <Guests guests={offered} chosen={chosen} choose={choose} problems={problems} />
          )}
        </fieldset>
      )}
      <Search
        taken={new Set([...chosen.map((each) => each.key), ...inside])}
        add={(one) => choose(withOne(chosen, one))}
        error={others.some((each) => problems[each.key]) ? undefined : error}
      />
      {others.length > 0 && (
        <ul className={classes.chosen} aria-label={t('groups.chosen')}>
          {others.map((each) => (
            <li key={each.key}>
              <Group gap="xs" wrap="nowrap" justify="space-between">
                <Named name={each.name} about={each.number} problem={problems[each.key]} />
                <ActionIcon variant="subtle" color="gray" aria-label={t('groups.take', { name: each.name })} onClick={() => choose(without(chosen, each.key))}>
                  <IconX size={16} />
                </ActionIcon>
              </Group>
            </li>
          ))}
        </ul>
      )}
    </Stack>
  )
}

function Guests({ guests, chosen, choose, problems }: Pick<PickerProps, 'chosen' | 'choose' | 'problems'> & { guests: readonly Guest[] }) {
  const contacts = useQueries({ queries: guests.map((each) => contactQuery(each.contact_id)) })
  return (
    <Stack gap={6} mt={4}>
      {guests.map((guest, index) => {
        const found = contacts[index]
        if (guest.contact_id != null && found?.isPending) return <Skeleton key={guest.contact_id} height={22} radius="sm" />
        const contact = found?.data
        const number = contact ? numberOf(contact) : ''
        const about = contact === undefined ? t('groups.unknownGuest') : number === '' ? t('groups.noPhone') : number
        const key = guest.contact_id ?? guest.name
        return (
          <Checkbox
            key={key}
            disabled={number === ''}
            label={<Named name={guest.name} about={about} problem={problems[key]} />}
            checked={chosen.some((each) => each.key === key)}
            onChange={({ currentTarget: { checked } }) => {
              if (contact) choose(checked ? withOne(chosen, ofContact(contact)) : without(chosen, key))
            }}
          />
        )
      })}
    </Stack>
  )
}

interface SearchProps {
  taken: ReadonlySet<string>
  add: (one: Chosen) => void
  error: ReactNode
}

function Search({ taken, add, error }: SearchProps) {
  const [words, setWords] = useState('')
  const [asked] = useDebouncedValue(words.trim(), DEBOUNCE)
  const found = useQuery({
    queryKey: ['contacts', 'to-group', asked],
    queryFn: ({ signal }) => api.get('/contacts', { query: { ...(asked !== '' && { q: asked }), limit: OFFERED }, signal }),
  })
  const reached = (found.data?.contacts ?? []).filter((each) => numberOf(each) !== '' && !taken.has(each.id))
  const number = typedNumber(words)
  const isKnown = number !== undefined && (taken.has(number) || reached.some((each) => hasNumber(each, number)))
  const options = [
    ...(number !== undefined && !isKnown ? [{ value: number, label: t('groups.typed', { number }) }] : []),
    ...reached.map((each) => ({ value: each.id, label: each.name })),
  ]
  return (
    <Select
      label={t('groups.someone')}
      placeholder={t('groups.someoneHint')}
      searchable
      filter={({ options: all }) => all}
      searchValue={words}
      onSearchChange={setWords}
      value={null}
      data={options}
      renderOption={({ option }) => {
        const contact = reached.find((each) => each.id === option.value)
        return <Named name={option.label} about={contact ? [numberOf(contact), contact.company].filter(Boolean).join(' · ') : ''} />
      }}
      nothingFoundMessage={<NothingFound>{t('conversations.noneFits')}</NothingFound>}
      error={error}
      onChange={(value) => {
        const contact = reached.find((each) => each.id === value)
        if (contact) add(ofContact(contact))
        else if (value !== null) add(ofNumber(value))
        setWords('')
      }}
    />
  )
}

function hasNumber({ identities }: Contact, number: string): boolean {
  return identities.some((each) => each.scheme !== 'email' && `+${each.value.replace('+', '')}` === number)
}

function Named({ name, about, problem }: { name: string; about: string; problem?: string | undefined }) {
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="sm" truncate title={name}>
        {name}
      </Text>
      {about !== '' && (
        <Text size="xs" c="dimmed" truncate>
          {about}
        </Text>
      )}
      {problem !== undefined && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {problem}
        </Text>
      )}
    </div>
  )
}
