import { Button, Text, Timeline } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '@/api'
import { t } from '@/texts'
import { Drawer } from '@/ui/dialogue'
import { IconHistory } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Failure, Loading } from '@/ui/states'

import { Changes } from './records/changes'
import { changesOf } from './records/words'

/** Opens what was settled before, by whom. */
export function History() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" leftSection={<IconHistory size={16} />} onClick={() => setOpen(true)}>
        {t('settings.history.open')}
      </Button>
      <Drawer opened={open} onClose={() => setOpen(false)} size="lg" title={t('settings.history.title')}>
        {open && <Versions />}
      </Drawer>
    </>
  )
}

/** Every version of the settings, the latest first, with what each changed. */
function Versions() {
  const query = useInfiniteQuery({
    queryKey: ['settings', 'history'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/settings/history', { query: { cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    staleTime: 0,
  })
  const versions = query.data?.pages.flatMap((page) => page.versions)
  if (versions === undefined) return query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={5} />
  return (
    <>
      <Timeline bulletSize={12} lineWidth={2} active={versions.length} role="list" aria-label={t('settings.history.title')}>
        {versions.map((version) => {
          const changes = changesOf(version)
          return (
            <Timeline.Item key={version.version} role="listitem" title={version.user_name ?? t('settings.history.founded')}>
              <Text size="xs" c="dimmed">
                {t('settings.history.version', { number: version.version })} · <Moment at={version.at} as="whole" />
              </Text>
              {changes.length > 0 && <Changes changes={changes} />}
            </Timeline.Item>
          )
        })}
      </Timeline>
      {query.hasNextPage && (
        <Button variant="default" mt="md" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('ui.more')}
        </Button>
      )}
    </>
  )
}
