import { Group, Highlight, Loader, Text, VisuallyHidden } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { createSpotlight, Spotlight } from '@mantine/spotlight'
import '@mantine/spotlight/styles.css'
import { type Icon, IconBeach, IconMessage2, IconSearch, IconUser } from '@/ui/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'

import { api, type SearchHit } from '@/api'
import { t, tv } from '@/texts'
import { plainRange } from '@/time'
import { Moment } from '@/ui/moment'
import { Marked } from '@/ui/marked'
import { wording } from '@/ui/wording'

const [store, spotlight] = createSpotlight()
const KINDS = ['people', 'trips', 'messages'] as const
const LIMIT = 5
const DEBOUNCE = 200 // ms

export const openSearch = (): void => spotlight.open()

/** Ctrl-K: people, trips by reference, and what was written. */
export function Search() {
  const [query, setQuery] = useState('')
  const [debounced] = useDebouncedValue(query.trim(), DEBOUNCE)
  const found = useQuery({
    queryKey: ['search', debounced],
    queryFn: async ({ signal }) =>
      Promise.all(
        KINDS.map(async (kind) => ({
          kind,
          hits: (await api.get('/search', { query: { kind, q: debounced, limit: LIMIT }, signal })).hits,
        })),
      ),
    enabled: debounced !== '',
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })
  const groups = debounced === '' ? [] : (found.data ?? []).filter(({ hits }) => hits.length > 0)
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K']}
      tagsToIgnore={[]}
      scrollable
      maxHeight={460}
      // It has a name for who cannot see it; who can sees what stands in the field.
      title={<VisuallyHidden>{t('shell.search.open')}</VisuallyHidden>}
      styles={{ header: { minHeight: 0, padding: 0 } }}
    >
      <Spotlight.Search
        placeholder={t('shell.search.placeholder')}
        aria-label={t('shell.search.open')}
        leftSection={found.isFetching ? <Loader size={16} /> : <IconSearch size={18} stroke={1.5} />}
      />
      <Spotlight.ActionsList>
        {groups.map(({ kind, hits }) => (
          <Spotlight.ActionsGroup key={kind} label={t(`shell.search.${kind}`)}>
            {hits.map((hit) => (
              <Hit key={hit.id} hit={hit} query={debounced} />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && <Spotlight.Empty>{said(debounced, found.isFetching, found.error)}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}

function said(query: string, fetching: boolean, error: unknown): string {
  if (query === '') return t('shell.search.hint')
  if (error) return wording(error)
  return fetching ? t('ui.loading') : t('shell.search.nothing', { query })
}

function Hit({ hit, query }: { hit: SearchHit; query: string }) {
  const navigate = useNavigate()
  const { person, trip, message } = hit
  const go = (href: string) => () => void navigate({ href })
  if (person) {
    return (
      <Found onClick={go(`/contacts/${hit.id}`)} sign={IconUser}>
        <Highlight highlight={query.split(' ')} size="sm">
          {person.name || person.company}
        </Highlight>
        {person.name !== '' && person.company !== '' && (
          <Text size="xs" c="dimmed">
            {person.company}
          </Text>
        )}
      </Found>
    )
  }
  if (trip) {
    return (
      <Found onClick={go(`/itineraries/${hit.id}`)} sign={IconBeach}>
        <Highlight highlight={query.split(' ')} size="sm">
          {`${trip.reference} · ${trip.title}`}
        </Highlight>
        <Text size="xs" c="dimmed">
          {plainRange(trip.start, trip.end)} · {tv('shell.tripState', trip.state)}
        </Text>
      </Found>
    )
  }
  if (!message) return null
  return (
    <Found onClick={go(`/inbox/${message.conversation_id}?message=${hit.id}`)} sign={IconMessage2}>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" fw={500} truncate>
          {message.author_name || message.contact_name}
        </Text>
        <Moment at={hit.at} fz="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }} />
      </Group>
      {hit.excerpts[0] && (
        <Text size="xs" c="dimmed" lineClamp={2}>
          <Marked excerpt={hit.excerpts[0]} />
        </Text>
      )}
    </Found>
  )
}

/** A row of what was found: what it is, and its lines below each other. */
function Found({ sign: Sign, onClick, children }: { sign: Icon; onClick: () => void; children: ReactNode }) {
  return (
    <Spotlight.Action onClick={onClick}>
      <Group wrap="nowrap" gap="sm" w="100%">
        <Sign size={18} stroke={1.5} style={{ flexShrink: 0 }} />
        <div style={{ flex: 1, minWidth: 0 }}>{children}</div>
      </Group>
    </Spotlight.Action>
  )
}
