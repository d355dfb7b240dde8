import { getRouteApi, useNavigate } from '@tanstack/react-router'

import { Workspace } from '@/conversations/workspace'
import { t } from '@/texts'

const route = getRouteApi('/signed-in/inbox/{-$conversationId}')

/** All conversations, over every channel. */
export default function Inbox() {
  const { message, ...filters } = route.useSearch()
  const { conversationId } = route.useParams()
  const navigate = useNavigate()
  return (
    <Workspace
      title={t('inbox.title')}
      to="/inbox/{-$conversationId}"
      filters={filters}
      change={(change) => void navigate({ to: '/inbox/{-$conversationId}', params: { conversationId }, search: { ...filters, ...change }, replace: true })}
      conversationId={conversationId}
      focus={message}
    />
  )
}
