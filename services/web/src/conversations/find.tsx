// Looks for words in the conversation that is open, narrowed by who wrote, files and days.

import { ActionIcon, Checkbox, CloseButton, Group, Select, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { api, type Excerpt } from '@/api'
import { t } from '@/texts'
import { IconFilter, IconPaperclip, IconSearch } from '@/ui/icons'
import { Marked } from '@/ui/marked'
import { Moment } from '@/ui/moment'
import { Failure, Loading } from '@/ui/states'

import classes from './conversations.module.css'

const DEBOUNCE = 250 // ms
const PAGE = 20
const SIDES = ['in', 'out'] as const

interface Narrowed {
  direction: (typeof SIDES)[number] | null
  files: boolean
  since: string | null
  until: string | null
}

const WIDE: Narrowed = { direction: null, files: false, since: null, until: null }

interface FindProps {
  conversationId: string
  /** The thread goes to this message. */
  jump: (message: string) => void
  close: () => void
}

/** Give it the conversation's id as its key. */
export function Find({ conversationId, jump, close }: FindProps) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const [words, setWords] = useState('')
  const [q] = useDebouncedValue(words.trim(), DEBOUNCE)
  const [narrowed, setNarrowed] = useState<Narrowed>(WIDE)
  const [open, setOpen] = useState(false)
  const { direction, files, since, until } = narrowed
  const isNarrow = direction !== null || files || since !== null
  const found = useInfiniteQuery({
    queryKey: ['messages', 'within', conversationId, q, narrowed],
    queryFn: ({ pageParam, signal }) =>
      api.get('/search', {
        query: {
          kind: 'messages',
          conversation_id: conversationId,
          limit: PAGE,
          ...(q !== '' && { q }),
          ...(direction && { direction }),
          ...(files && { has_attachment: true }),
          ...(since && { since }),
          ...(until && { until }),
          ...(pageParam !== null && { cursor: pageParam }),
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    enabled: q !== '' || isNarrow,
  })
  const hits = found.data?.pages.flatMap((each) => each.hits) ?? []
  return (
    <div className={classes.find} role="search" aria-label={t('conversations.find')}>
      <Group gap={6} wrap="nowrap">
        <TextInput
          size="xs"
          flex={1}
          ref={input}
          aria-label={t('conversations.find')}
          placeholder={t('conversations.find')}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={words}
          onChange={({ currentTarget }) => setWords(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') close()
          }}
        />
        <ActionIcon size={30} variant={isNarrow ? 'light' : 'default'} aria-label={t('conversations.filters')} aria-expanded={open} onClick={() => setOpen(!open)}>
          <IconFilter size={15} />
        </ActionIcon>
        <CloseButton aria-label={t('conversations.findClose')} onClick={close} />
      </Group>
      {open && <Narrowing narrowed={narrowed} change={(change) => setNarrowed({ ...narrowed, ...change })} />}
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isLoading && <Loading rows={2} />}
      {found.isSuccess && (
        <Stack gap={0} className={classes.hits ?? ''} role="list" aria-label={t('conversations.findHits')}>
          {hits.length === 0 && !found.hasNextPage && (
            <Text size="sm" c="dimmed" p="xs">
              {t('conversations.noneFits')}
            </Text>
          )}
          {hits.map(({ id, at, message, excerpts }) => (
            <div key={id} role="listitem">
              <UnstyledButton className={classes.hit ?? ''} onClick={() => jump(id)}>
                <Group gap={6} wrap="nowrap" justify="space-between">
                  <Text size="xs" fw={600} truncate>
                    {[message?.author_name, message?.contact_name, t('groups.group')].find(Boolean)}
                    {message?.has_attachment && <IconPaperclip size={12} aria-hidden style={{ marginLeft: 4, verticalAlign: '-1px' }} />}
                  </Text>
                  <Moment at={at} fz="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }} />
                </Group>
                <Text size="xs" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                  <Found excerpts={excerpts} />
                </Text>
              </UnstyledButton>
            </div>
          ))}
          {found.hasNextPage && (
            <UnstyledButton className={classes.hit ?? ''} fz="xs" ta="center" onClick={() => void found.fetchNextPage()}>
              {t('ui.more')}
            </UnstyledButton>
          )}
        </Stack>
      )}
    </div>
  )
}

/** Where the words stand; else how the message begins. */
function Found({ excerpts }: { excerpts: readonly Excerpt[] }) {
  const shown = excerpts.find((each) => (each.marks ?? []).length > 0) ?? excerpts.find((each) => each.text !== '')
  return shown && <Marked excerpt={shown} />
}

function Narrowing({ narrowed, change }: { narrowed: Narrowed; change: (change: Partial<Narrowed>) => void }) {
  return (
    <Group gap="sm" mt={6} align="center">
      <Select
        size="xs"
        w={130}
        aria-label={t('conversations.writtenBy')}
        placeholder={t('conversations.writtenBy')}
        clearable
        value={narrowed.direction}
        data={SIDES.map((value) => ({ value, label: t(`conversations.side.${value}`) }))}
        onChange={(value) => change({ direction: SIDES.find((each) => each === value) ?? null })}
      />
      <DatePickerInput
        size="xs"
        w={190}
        type="range"
        aria-label={t('conversations.between')}
        placeholder={t('conversations.between')}
        clearable
        allowSingleDateInRange
        value={[narrowed.since, narrowed.until]}
        onChange={([since, until]) => change({ since, until })}
      />
      <Checkbox size="xs" label={t('conversations.withFiles')} checked={narrowed.files} onChange={({ currentTarget }) => change({ files: currentTarget.checked })} />
    </Group>
  )
}
