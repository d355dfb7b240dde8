import { Badge, Button, Group, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type OpenSession } from '@/api'
import { t } from '@/texts'
import { type Column, DataTable } from '@/ui/data-table'
import { Heading } from '@/ui/heading'
import { IconDeviceDesktop, IconDeviceMobile, IconLogout } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Loaded, Loading } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import { deviceName, isPhone } from './device'
import classes from './profile.module.css'

export const SESSIONS = ['sessions']
const SHOWN = 8

/** Where somebody is signed in as me, the latest used first. */
export function Sessions() {
  // No event tells of them: they are asked for each time.
  const sessions = useQuery({ queryKey: SESSIONS, queryFn: ({ signal }) => api.get('/me/sessions', { signal }), staleTime: 0 })
  const queries = useQueryClient()
  const [all, setAll] = useState(false)
  const again = () => queries.invalidateQueries({ queryKey: SESSIONS })
  const end = useMutation({ mutationFn: (id: string) => api.delete('/me/sessions/{id}', { path: { id } }), onSettled: again })
  const others = useMutation({
    mutationFn: () => api.delete('/me/sessions'),
    onSuccess: () => toast.done(t('profile.sessions.othersEnded')),
    onSettled: again,
  })
  return (
    <section>
      <Heading title={t('profile.sessions.title')} text={t('profile.sessions.text')}>
        {sessions.data?.some((each) => !each.current) === true && (
          <Button variant="default" leftSection={<IconLogout size={16} />} loading={others.isPending} onClick={() => others.mutate()}>
            {t('profile.sessions.endOthers')}
          </Button>
        )}
      </Heading>
      <Loaded query={sessions} loading={<Loading rows={3} />}>
        {(found) => (
          <div className={section.table}>
            <DataTable
              rows={all ? found : found.slice(0, SHOWN)}
              columns={columns((id) => end.mutate(id), end.isPending ? end.variables : undefined)}
              keyOf={(each) => each.id}
              caption={t('profile.sessions.title')}
              more={!all && found.length > SHOWN ? { load: () => setAll(true), loading: false } : undefined}
            />
          </div>
        )}
      </Loaded>
    </section>
  )
}

function columns(onEnd: (id: string) => void, ending: string | undefined): readonly Column<OpenSession>[] {
  return [
    {
      key: 'device',
      title: t('profile.sessions.where'),
      cell: ({ device, remote, current, last_seen_at: seen }) => {
        const Sign = isPhone(device) ? IconDeviceMobile : IconDeviceDesktop
        return (
          <Group gap={10} wrap="nowrap">
            <Sign size={20} stroke={1.6} style={{ flex: 'none' }} />
            <div className={classes.words}>
              <Group gap={6}>
                <Text size="sm" fw={600}>
                  {deviceName(device)}
                </Text>
                {current && <Badge color="tide">{t('profile.sessions.current')}</Badge>}
              </Group>
              <Text size="xs" c="dimmed">
                {remote}
              </Text>
              <Text size="xs" c="dimmed" hiddenFrom="xs">
                {t('profile.sessions.seen')}: <Moment at={seen} as="ago" />
              </Text>
            </div>
          </Group>
        )
      },
    },
    { key: 'since', title: t('profile.sessions.since'), from: 'sm', cell: ({ created_at: at }) => <Moment at={at} size="sm" /> },
    { key: 'seen', title: t('profile.sessions.seen'), from: 'xs', cell: ({ last_seen_at: at }) => <Moment at={at} as="ago" size="sm" /> },
    {
      key: 'end',
      title: t('profile.sessions.end'),
      quiet: true,
      numeric: true,
      cell: ({ id, device, current }) =>
        !current && (
          <Button
            variant="subtle"
            size="compact-sm"
            loading={id === ending}
            aria-label={t('profile.sessions.endOf', { device: deviceName(device) })}
            onClick={() => onEnd(id)}
          >
            {t('profile.sessions.end')}
          </Button>
        ),
    },
  ]
}
