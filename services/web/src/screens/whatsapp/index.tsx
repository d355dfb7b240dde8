import { Button, Group } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { Workspace } from '@/conversations/workspace'
import { NewGroup } from '@/groups'
import { UnderWay } from '@/groups/under-way'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { IconMessagePlus, IconUsersGroup } from '@/ui/icons'

import { NewChat } from './new-chat'
import { NumberTabs } from './number-tabs'
import type { Search } from './search'

const route = getRouteApi('/signed-in/whatsapp/{-$conversationId}')

/** Chats, by the number that they came to. */
export default function Whatsapp(): ReactNode {
  const { message, ...filters }: Search = route.useSearch()
  const { conversationId }: { conversationId?: string } = route.useParams()
  const navigate = useNavigate()
  const maySend = useMay('SEND_MESSAGES')
  const [writing, { open, close }] = useDisclosure(false)
  const [isGathering, gathering] = useDisclosure(false)
  const change = (next: Partial<typeof filters>) =>
    void navigate({ to: '/whatsapp/{-$conversationId}', params: { conversationId }, search: { ...filters, ...next }, replace: true })
  return (
    <>
      <Workspace
        title={t('whatsapp.title')}
        to="/whatsapp/{-$conversationId}"
        channel="whatsapp"
        filters={filters}
        change={change}
        conversationId={conversationId}
        focus={message}
        tabs={
          <>
            <NumberTabs chosen={filters.connection} choose={(connection) => change({ connection })} />
            <UnderWay />
          </>
        }
        actions={
          maySend && (
            <Group gap="xs" wrap="nowrap">
              <Button size="compact-md" variant="default" leftSection={<IconUsersGroup size={16} aria-hidden />} onClick={gathering.open}>
                {t('groups.new')}
              </Button>
              <Button size="compact-md" leftSection={<IconMessagePlus size={16} aria-hidden />} onClick={open}>
                {t('whatsapp.newChat')}
              </Button>
            </Group>
          )
        }
      />
      {isGathering && <NewGroup connection={filters.connection} close={gathering.close} />}
      {writing && (
        <NewChat
          connection={filters.connection}
          close={close}
          opened={(id) => {
            close()
            void navigate({ to: '/whatsapp/{-$conversationId}', params: { conversationId: id }, search: filters })
          }}
        />
      )}
    </>
  )
}
