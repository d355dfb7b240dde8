import { Button, Collapse, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@/ui/icons'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '@/api'
import { t, tv } from '@/texts'
import { Moment } from '@/ui/moment'

import classes from '../conversations.module.css'

/** What was done with the conversation, by whom and when. */
export function History({ conversationId }: { conversationId: string }) {
  const [open, setOpen] = useState(false)
  const trail = useInfiniteQuery({
    queryKey: ['conversations', 'history', conversationId],
    queryFn: ({ pageParam, signal }) =>
      api.get('/conversations/{id}/history', {
        path: { id: conversationId },
        query: { limit: 30, ...(pageParam !== null && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    enabled: open,
  })
  const entries = trail.data?.pages.flatMap((each) => each.entries) ?? []
  return (
    <section className={classes.section}>
      <UnstyledButton fz="xs" c="dimmed" onClick={() => setOpen(!open)} aria-expanded={open}>
        {open ? <IconChevronDown size={13} aria-hidden /> : <IconChevronRight size={13} aria-hidden />} {t('conversations.history')}
      </UnstyledButton>
      <Collapse expanded={open}>
        <Stack gap={4} mt={6}>
          {trail.isSuccess && entries.length === 0 && (
            <Text size="xs" c="dimmed">
              {t('conversations.noHistory')}
            </Text>
          )}
          {entries.map((each) => (
            <Text key={each.id} size="xs">
              <Moment at={each.at} c="dimmed" /> {tv('conversations.change', each.change)}
              {each.user_name !== '' && ` · ${each.user_name}`}
            </Text>
          ))}
          {trail.hasNextPage && (
            <Button size="compact-xs" variant="subtle" onClick={() => void trail.fetchNextPage()} loading={trail.isFetchingNextPage}>
              {t('ui.more')}
            </Button>
          )}
        </Stack>
      </Collapse>
    </section>
  )
}
