// A list of conversations, the one that is open, and whose it is: the inbox, and WhatsApp's screen.

import { useDisclosure, useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { IconMessages } from '@/ui/icons'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo, useRef, useState } from 'react'

import type { Channel } from '@/api'
import type { ComposerHandle } from '@/composer/composer'
import { t } from '@/texts'
import { Drawer } from '@/ui/dialogue'
import { type Key, useKeys } from '@/ui/keys'
import { Page } from '@/ui/page'
import { Empty, Failure, Loading } from '@/ui/states'

import classes from './conversations.module.css'
import { useDeeds } from './deeds'
import { FilterBar } from './filter-bar'
import { type Filters, narrowing } from './filters'
import { Find } from './find'
import { Header } from './header'
import { ConversationList } from './list'
import { OpenConversation } from './open'
import { Panel } from './panel'
import { conversationQuery, listQuery } from './queries'
import { rowsOf } from './rows'

/** Keys that work unless a window is open: that has the keyboard for itself. */
function useFreeKeys(keys: readonly Key[]): void {
  useKeys(
    'conversations.keys.title',
    keys.map((each) => ({ ...each, run: () => document.querySelector('[role="dialog"]') ?? each.run() })),
  )
}

interface WorkspaceProps {
  title: string
  to: '/inbox/{-$conversationId}' | '/whatsapp/{-$conversationId}'
  filters: Filters
  change: (change: Partial<Filters>) => void
  conversationId: string | undefined
  /** The message that the thread opens at. */
  focus: string | undefined
  /** The one channel that the screen is about. */
  channel?: Channel
  /** Below the search. */
  tabs?: ReactNode
  actions?: ReactNode
}

export function Workspace({ title, to, filters, change, conversationId, focus, channel, tabs, actions }: WorkspaceProps) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const asked = useMemo(() => ({ ...filters, ...(channel && { channel }) }), [filters, channel])
  const list = useInfiniteQuery(listQuery(asked))
  const rows = useMemo(() => rowsOf(list.data), [list.data])
  const [cursor, setCursor] = useState<string>()
  const at = rows.findIndex((each) => each.id === (conversationId ?? cursor))
  const search = useRef<HTMLInputElement>(null)
  const composer = useRef<ComposerHandle>(null)
  const wide = useMediaQuery('(min-width: 88em)', true, { getInitialValueInEffect: false })
  const [kept, setKept] = useLocalStorage({ key: 'fairlead.panel', defaultValue: true, getInitialValueInEffect: false })
  const [drawer, setDrawer] = useState(false)
  const panel = wide ? kept : drawer
  const [isFinding, finding] = useDisclosure(false)
  const togglePanel = () => (wide ? setKept(!kept) : setDrawer(!drawer))

  const open = useQuery({ ...conversationQuery(conversationId ?? '', queries), enabled: conversationId !== undefined })
  const go = (id: string | undefined) =>
    void navigate({ to, params: { conversationId: id }, search: filters })
  // After one is done with, the next one is at hand.
  const next = () => go(rows[at + 1]?.id ?? rows[at - 1]?.id)
  const { deeds, windows } = useDeeds(open.data, { next, close: () => go(undefined) })
  const step = (by: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, at + by))]
    if (row === undefined) return
    if (conversationId === undefined) setCursor(row.id)
    else go(row.id)
  }

  useFreeKeys([
    { key: 'j', text: 'conversations.keys.next', run: () => step(1) },
    { key: 'k', text: 'conversations.keys.previous', run: () => step(-1) },
    ...(conversationId === undefined
      ? [{ key: 'o', text: 'conversations.keys.open' as const, run: () => cursor && go(cursor) }]
      : ([
          { key: 'r', text: 'conversations.keys.reply', run: () => composer.current?.focus() },
          { key: 'c', text: 'conversations.keys.comment', run: () => composer.current?.comment() },
          { key: 'e', text: 'conversations.keys.archive', run: deeds.archive },
          { key: 'a', text: 'conversations.keys.assign', run: deeds.openAssign },
          { key: 'm', text: 'conversations.keys.mine', run: deeds.assignMe },
          { key: 'l', text: 'conversations.keys.labels', run: deeds.openLabels },
          { key: 'z', text: 'conversations.keys.putOff', run: deeds.openFollowUp },
          { key: 'u', text: 'conversations.keys.unread', run: deeds.unread },
          { key: 'd', text: 'conversations.keys.done', run: () => deeds.setState(open.data?.state === 'attentive' ? 'answered' : 'attentive') },
          { key: 's', text: 'conversations.keys.find', run: finding.toggle },
          { key: 'i', text: 'conversations.keys.panel', run: togglePanel },
          { key: 'b', text: 'conversations.keys.close', run: () => go(undefined) },
        ] as const)),
    { key: '/', text: 'conversations.keys.search', run: () => search.current?.focus() },
  ])

  const narrowed = narrowing(filters) > 0 || Boolean(filters.q ?? filters.who ?? filters.unread ?? filters.view ?? filters.channel)
  const clear = () =>
    change({ channel: undefined, kind: undefined, connection: undefined, view: undefined, who: undefined, assignee: undefined, trip: undefined, state: undefined, unread: undefined, label: undefined, q: undefined, since: undefined, until: undefined })
  const conversation = open.data
  return (
    <Page title={title} full actions={actions}>
      <div
        className={classes.workspace}
        {...(conversationId !== undefined && { 'data-open': '' })}
        {...(conversation && wide && panel && { 'data-panel': '' })}
      >
        <div className={classes.column} role="region" aria-label={t('conversations.list')}>
          <div className={classes.head}>
            <FilterBar filters={filters} change={change} search={search} {...(channel && { fixed: channel })} />
            {tabs}
          </div>
          <div style={{ flex: 1, minHeight: 0 }}>
            <ConversationList
              query={list}
              rows={rows}
              to={to}
              search={filters}
              selected={at}
              cursor={conversationId === undefined ? cursor : undefined}
              narrowed={narrowed}
              clear={clear}
            />
          </div>
        </div>
        <div className={classes.column} role="region" aria-label={t('conversations.thread')}>
          {conversationId === undefined ? (
            <Empty icon={<IconMessages size={26} stroke={1.5} />} title={t('conversations.choose')} text={t('conversations.chooseText')} />
          ) : conversation ? (
            <>
              <Header conversation={conversation} deeds={deeds} back={() => go(undefined)} panel={panel} togglePanel={togglePanel} find={finding.toggle} isFinding={isFinding} />
              {isFinding && (
                <Find
                  key={conversation.id}
                  conversationId={conversation.id}
                  jump={(message) => void navigate({ to, params: { conversationId }, search: { ...filters, message } })}
                  close={finding.close}
                />
              )}
              <OpenConversation key={conversation.id} conversation={conversation} focus={focus} composer={composer} />
            </>
          ) : open.isError ? (
            <Failure error={open.error} retry={() => void open.refetch()} />
          ) : (
            <Loading rows={7} />
          )}
        </div>
        {conversation && wide && panel && (
          <div className={classes.column}>
            <Panel conversation={conversation} openLabels={deeds.openLabels} />
          </div>
        )}
      </div>
      {conversation && !wide && (
        <Drawer
          opened={panel}
          onClose={() => setDrawer(false)}
          position="right"
          size={360}
          padding={0}
          title={t(conversation.kind === 'group' ? 'groups.panel' : 'conversations.panel')}
          styles={{ header: { paddingInline: 14 } }}
        >
          <Panel conversation={conversation} openLabels={deeds.openLabels} />
        </Drawer>
      )}
      {windows}
    </Page>
  )
}
