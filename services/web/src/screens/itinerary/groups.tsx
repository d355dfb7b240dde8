import { Loader, Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import type { Itinerary } from '@/api'
import { groupsOfQuery } from '@/groups/queries'
import { t, tv } from '@/texts'
import { IconUsersGroup } from '@/ui/icons'

interface GroupItemsProps {
  trip: Itinerary
  /** Opens the dialogue for a new one, or, of one that has no conversation, what became of it. */
  onNew: () => void
  onLook: (id: string) => void
}

/** The WhatsApp groups of a trip, and a new one. */
export function GroupItems({ trip, onNew, onLook }: GroupItemsProps) {
  const groups = useQuery(groupsOfQuery(trip.id))
  return (
    <>
      <Menu.Label>{t('groups.ofTrip')}</Menu.Label>
      {groups.isPending && <Loader size={14} ml="sm" aria-label={t('ui.loading')} />}
      {groups.data?.map((each) =>
        each.conversation_id === null ? (
          <Menu.Item key={each.id} maw={320} onClick={() => onLook(each.id)}>
            {each.subject} · {tv('groups.state', each.state)}
          </Menu.Item>
        ) : (
          <Menu.Item key={each.id} maw={320} component={Link} to={`/whatsapp/${each.conversation_id}`}>
            {each.subject}
          </Menu.Item>
        ),
      )}
      <Menu.Item leftSection={<IconUsersGroup size={16} />} onClick={onNew}>
        {t('groups.new')}
      </Menu.Item>
    </>
  )
}
