import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { Workspace } from '@/conversations/workspace'
import { Write } from '@/outreach/write'
import { t } from '@/texts'

import type { Search } from './search'

const route = getRouteApi('/signed-in/inbox/{-$conversationId}')

/** All conversations, over every channel. */
export default function Inbox(): ReactNode {
  const { message, ...filters }: Search = route.useSearch()
  const { conversationId }: { conversationId?: string } = route.useParams()
  const navigate = useNavigate()
  return (
    <Workspace
      title={t('inbox.title')}
      to="/inbox/{-$conversationId}"
      filters={filters}
      change={(change) => void navigate({ to: '/inbox/{-$conversationId}', params: { conversationId }, search: { ...filters, ...change }, replace: true })}
      conversationId={conversationId}
      focus={message}
      actions={<Write size="compact-md" />}
    />
  )
}
