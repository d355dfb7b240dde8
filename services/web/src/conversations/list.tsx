import { Button } from '@mantine/core'
import { IconInbox } from '@/ui/icons'
import { type UseInfiniteQueryResult, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { memo, useCallback, useMemo } from 'react'

import { api, type Conversation } from '@/api'
import { connectionsQuery, usersQuery } from '@/queries'
import { t } from '@/texts'
import { Empty, Failure, Loading } from '@/ui/states'
import { VirtualList } from '@/ui/virtual-list'

import classes from './conversations.module.css'
import type { Filters } from './filters'
import { labelsQuery } from './queries'
import { ConversationRow, type RowProps } from './row'
import type { Pages } from './rows'

const ROW = 76 // px
const ACTIVE = { includeSearch: false }

interface ListProps {
  query: UseInfiniteQueryResult<Pages>
  rows: readonly Conversation[]
  /** Where a row leads. */
  to: '/inbox/{-$conversationId}' | '/whatsapp/{-$conversationId}'
  /** What the address keeps. */
  search: Filters
  selected: number
  /** Where the keyboard stands while none is open. */
  cursor: string | undefined
  /** Some filter narrows it: empty means something else then. */
  narrowed: boolean
  clear: () => void
}

export function ConversationList({ query, rows, to, search, selected, cursor, narrowed, clear }: ListProps) {
  const users = useQuery(usersQuery).data
  const labels = useQuery(labelsQuery).data
  const connections = useQuery(connectionsQuery).data
  const drafts = useQuery(draftsQuery).data
  const names = useMemo(() => new Map(users?.map((each) => [each.id, each.name])), [users])
  const byId = useMemo(() => new Map(labels?.map((each) => [each.id, each])), [labels])
  // Named only where there is more than one of its kind.
  const numbers = useMemo(() => {
    const many = (channel: string) => (connections ?? []).filter((each) => each.channel === channel).length > 1
    return new Map((connections ?? []).filter((each) => many(each.channel)).map((each) => [each.id, each.details.label]))
  }, [connections])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage()
  }, [isFetchingNextPage, fetchNextPage])

  if (query.data === undefined) {
    return query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={8} pictures />
  }
  if (rows.length === 0) {
    return narrowed ? (
      <Empty
        title={t('conversations.noneFits')}
        action={
          <Button variant="light" onClick={clear}>
            {t('conversations.clear')}
          </Button>
        }
      />
    ) : (
      <Empty icon={<IconInbox size={26} stroke={1.5} />} title={t('conversations.none')} text={t('conversations.noneText')} />
    )
  }
  return (
    <VirtualList
      items={rows}
      keyOf={(each) => each.id}
      rowHeight={ROW}
      label={t('conversations.list')}
      onEnd={more}
      hasMore={hasNextPage}
      inSight={selected >= 0 ? selected : undefined}
    >
      {(conversation) => (
        <Entry
          conversation={conversation}
          to={to}
          search={search}
          isCursor={cursor === conversation.id}
          labels={byId}
          assignee={conversation.assignee_id ? names.get(conversation.assignee_id) : undefined}
          draft={drafts?.has(conversation.id) ?? false}
          number={conversation.connection_id ? numbers.get(conversation.connection_id) : undefined}
        />
      )}
    </VirtualList>
  )
}

interface EntryProps extends RowProps, Pick<ListProps, 'to' | 'search'> {
  isCursor: boolean
}

/** A row that leads to its conversation; drawn anew only when it changes, and not as the list is scrolled. */
const Entry = memo(function Entry({ to, search, isCursor, ...row }: EntryProps) {
  const { id, unread_mine } = row.conversation
  return (
    <Link
      to={to}
      params={{ conversationId: id }}
      search={search}
      className={classes.row}
      activeOptions={ACTIVE}
      {...(isCursor && { 'data-cursor': '' })}
      {...((unread_mine ?? 0) > 0 && { 'data-unread': '' })}
    >
      <ConversationRow {...row} />
    </Link>
  )
})

/** In which conversations the user has begun to write. */
const draftsQuery = {
  queryKey: ['drafts', 'conversations'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const { drafts } = await api.get('/drafts', { query: { limit: 200 }, signal })
    return new Set(drafts.flatMap((each) => each.conversation_id ?? []))
  },
}
