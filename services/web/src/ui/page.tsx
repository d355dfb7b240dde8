import { Box, Group, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'

import { countsQuery, useMe } from '@/queries'

/** Sets the title of the window, with what is unread before it. */
export function useTitle(title: string): void {
  const { must_enrol } = useMe()
  const { data } = useQuery({ ...countsQuery, enabled: must_enrol !== true })
  const unread = data?.unread_mine ?? 0
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${title} · Fairlead`
  }, [title, unread])
}

interface PageProps {
  title: string
  /** Buttons on the right of the title. */
  actions?: ReactNode
  /** Fills the window, and scrolls inside: for screens of several columns. */
  full?: boolean
  children: ReactNode
}

/** A screen: its heading and what stands below. */
export function Page({ title, actions, full = false, children }: PageProps) {
  useTitle(title)
  return (
    <Box
      {...(full
        ? { h: '100%', style: { display: 'flex', flexDirection: 'column', minHeight: 0 } }
        : { maw: 1240, mx: 'auto', p: { base: 'sm', sm: 'lg' } })}
    >
      <Group
        justify="space-between"
        gap="sm"
        mb={full ? 0 : 'md'}
        {...(full && { px: 'md', py: 'sm', style: { borderBottom: '1px solid var(--fl-line)' } })}
      >
        <Title order={1}>{title}</Title>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {full ? <Box style={{ flex: 1, minHeight: 0 }}>{children}</Box> : children}
    </Box>
  )
}
