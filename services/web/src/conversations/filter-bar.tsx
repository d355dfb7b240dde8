import { ActionIcon, Button, Checkbox, Group, Indicator, Popover, Select, type SelectProps, Stack, TextInput, Tooltip } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import '@mantine/dates/styles.css'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconFilter, IconSearch, IconX } from '@/ui/icons'
import { useQuery } from '@tanstack/react-query'
import { type Ref, useState } from 'react'

import type { Channel } from '@/api'
import { connectionsQuery, countsQuery, usersQuery } from '@/queries'
import { t } from '@/texts'

import { type Filters, narrowing } from './filters'
import { labelsQuery, tripQuery } from './queries'
import { TripPicker } from './trip-picker'

interface FilterBarProps {
  filters: Filters
  change: (change: Partial<Filters>) => void
  /** The channel is settled: its connections stand in tabs. */
  fixed?: Channel
  search: Ref<HTMLInputElement>
}

const DEBOUNCE = 250 // ms
const SHOWN = ['all', 'mine', 'nobody', 'unread', 'put_off', 'archived'] as const
type Shown = (typeof SHOWN)[number]
const KINDS = ['person', 'group'] as const

/** The view that filters are, as one word of a menu. */
export function shownOf({ view, who, unread }: Filters): Shown {
  return view ?? who ?? (unread ? 'unread' : 'all')
}

export function filtersOf(shown: Shown): Partial<Filters> {
  return {
    view: shown === 'archived' || shown === 'put_off' ? shown : undefined,
    who: shown === 'mine' || shown === 'nobody' ? shown : undefined,
    ...((shown === 'mine' || shown === 'nobody') && { assignee: undefined }),
    unread: shown === 'unread' ? true : undefined,
  }
}

export function FilterBar({ filters, change, fixed, search }: FilterBarProps) {
  const [words, setWords] = useState(filters.q ?? '')
  const counts = useQuery(countsQuery).data
  const ask = useDebouncedCallback((q: string) => change({ q: q.trim() === '' ? undefined : q.trim() }), DEBOUNCE)
  const number: Partial<Record<Shown, number | undefined>> = fixed
    ? {}
    : { mine: counts?.mine, unread: counts?.unread_mine, put_off: counts?.put_off }
  return (
    <Stack gap={8}>
      <TextInput
        ref={search}
        size="sm"
        aria-label={t('conversations.search')}
        placeholder={t('conversations.search')}
        leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
        rightSection={
          words !== '' && (
            <ActionIcon
              variant="subtle" color="gray" size={24} aria-label={t('conversations.clearSearch')}
              onClick={() => {
                setWords('')
                change({ q: undefined })
              }}
            >
              <IconX size={14} />
            </ActionIcon>
          )
        }
        value={words}
        onChange={({ currentTarget: { value } }) => {
          setWords(value)
          ask(value)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      <Group gap={6} wrap="nowrap">
        <Select
          size="xs"
          flex={1}
          aria-label={t('conversations.show')}
          allowDeselect={false}
          value={shownOf(filters)}
          data={SHOWN.map((value) => ({
            value,
            label: number[value] ? `${t(`conversations.shown.${value}`)} (${number[value]})` : t(`conversations.shown.${value}`),
          }))}
          onChange={(value) => value && change(filtersOf(value))}
        />
        {fixed === undefined && (
          <Select
            size="xs"
            w={118}
            aria-label={t('conversations.channel')}
            placeholder={t('conversations.everyChannel')}
            clearable
            value={filters.channel ?? null}
            data={(['email', 'whatsapp', 'sms'] as const).map((value) => ({ value, label: t(`ui.channel.${value}`) }))}
            onChange={(value) => change({ channel: value ?? undefined, connection: undefined })}
          />
        )}
        {fixed !== undefined && <WithWhom flex={1} filters={filters} change={change} />}
        <More filters={filters} change={change} fixed={fixed} />
      </Group>
    </Stack>
  )
}

/** People, groups, or both. */
function WithWhom({ filters, change, ...field }: Pick<FilterBarProps, 'filters' | 'change'> & SelectProps) {
  return (
    <Select
      size="xs"
      aria-label={t('groups.with')}
      placeholder={t('groups.everybody')}
      clearable
      value={filters.kind ?? null}
      data={KINDS.map((value) => ({ value, label: t(`groups.kind.${value}`) }))}
      onChange={(value) => change({ kind: KINDS.find((each) => each === value) })}
      {...field}
    />
  )
}

function TripFilter({ filters: { trip }, change }: Pick<FilterBarProps, 'filters' | 'change'>) {
  const chosen = useQuery({ ...tripQuery(trip ?? ''), enabled: trip !== undefined }).data
  return (
    <TripPicker
      size="xs"
      autofocus={false}
      contactId={null}
      comboboxProps={{ withinPortal: false }}
      known={chosen && { id: chosen.id, reference: chosen.reference, title: chosen.details.title }}
      value={trip ?? null}
      onChange={(id) => change({ trip: id ?? undefined })}
    />
  )
}

function More({ filters, change, fixed }: Omit<FilterBarProps, 'search' | 'fixed'> & { fixed: Channel | undefined }) {
  const labels = useQuery(labelsQuery).data ?? []
  const users = useQuery(usersQuery).data ?? []
  const connections = useQuery(connectionsQuery).data ?? []
  // What has its place outside is not counted.
  const count = narrowing(fixed ? { ...filters, connection: undefined, kind: undefined } : filters)
  const offered = connections.filter((each) => filters.channel === undefined || each.channel === filters.channel)
  return (
    <Popover position="bottom-end" withinPortal trapFocus shadow="md" width={280}>
      <Popover.Target>
        <Tooltip label={t('conversations.filters')}>
          <Indicator disabled={count === 0} label={count} size={16} inline>
            <ActionIcon size={30} variant="default" aria-label={t('conversations.filtersCount', { count })}>
              <IconFilter size={16} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('conversations.filters')}>
        <Stack gap="sm">
          {fixed === undefined && (
            <>
              <Select
                size="xs"
                label={t('conversations.connection')}
                clearable
                comboboxProps={{ withinPortal: false }}
                value={filters.connection ?? null}
                data={offered.map((each) => ({ value: each.id, label: each.details.label }))}
                onChange={(value) => change({ connection: value ?? undefined })}
              />
              <WithWhom label={t('groups.with')} comboboxProps={{ withinPortal: false }} filters={filters} change={change} />
            </>
          )}
          <Select
            size="xs"
            label={t('conversations.label')}
            clearable
            comboboxProps={{ withinPortal: false }}
            value={filters.label ?? null}
            data={labels.map((each) => ({ value: each.id, label: each.name }))}
            onChange={(value) => change({ label: value ?? undefined })}
          />
          <Select
            size="xs"
            label={t('conversations.colleague')}
            clearable
            searchable
            comboboxProps={{ withinPortal: false }}
            value={filters.assignee ?? null}
            data={users.map((each) => ({ value: each.id, label: each.name }))}
            onChange={(value) => change({ assignee: value ?? undefined, ...(value !== null && { who: undefined }) })}
          />
          <TripFilter filters={filters} change={change} />
          <DatePickerInput
            size="xs"
            type="range"
            label={t('conversations.days')}
            clearable
            allowSingleDateInRange
            popoverProps={{ withinPortal: false }}
            value={[filters.since ?? null, filters.until ?? null]}
            onChange={([since, until]) => change({ since: since ?? undefined, until: until ?? undefined })}
          />
          <Checkbox
            size="xs"
            label={t('conversations.onlyAttentive')}
            checked={filters.state === 'attentive'}
            onChange={({ currentTarget: { checked } }) => change({ state: checked ? 'attentive' : undefined })}
          />
          <Button
            size="xs"
            variant="default"
            disabled={count === 0}
            onClick={() => change({ ...(!fixed && { connection: undefined, kind: undefined }), assignee: undefined, trip: undefined, label: undefined, state: undefined, since: undefined, until: undefined })}
          >
            {t('conversations.clear')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
