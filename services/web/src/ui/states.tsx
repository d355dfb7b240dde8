// What stands where data should be: loading, empty, failed, not found.

import { Button, Center, Group, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { IconCloudOff, IconMoodEmpty, IconRefresh, IconUnlink } from '@/ui/icons'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { Offline, Problem } from '@/api'
import { t } from '@/texts'

import { wording } from './wording'

/** Grey bars in the shape of what comes. `rows` of a list, with a picture before each if wanted. */
export function Loading({ rows = 6, pictures = false }: { rows?: number; pictures?: boolean }) {
  return (
    <Stack gap="md" p="md" maw={760} role="status" aria-label={t('ui.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <Group key={row} wrap="nowrap" gap="sm">
          {pictures && <Skeleton circle height={36} style={{ flexShrink: 0 }} />}
          <Stack gap={8} flex={1}>
            <Skeleton height={11} width={`${45 + ((row * 17) % 35)}%`} />
            <Skeleton height={9} width={`${60 + ((row * 23) % 38)}%`} />
          </Stack>
        </Group>
      ))}
    </Stack>
  )
}

interface EmptyProps {
  title: string
  text?: string
  icon?: ReactNode
  /** What to do about it: a button, mostly. */
  action?: ReactNode
  /** Of the heading: 1 where this is all that the page has. */
  order?: 1 | 2
}

/** There is nothing, and why, and what one could do. */
export function Empty({ title, text, icon = <IconMoodEmpty size={26} stroke={1.5} />, action, order = 2 }: EmptyProps) {
  return (
    <Center mih={220} p="lg">
      <Stack align="center" gap="xs" maw={380} ta="center">
        <ThemeIcon size={52} radius="xl" variant="light" aria-hidden>
          {icon}
        </ThemeIcon>
        <Title order={order} size="h3">
          {title}
        </Title>
        {text !== undefined && (
          <Text c="dimmed" size="sm" style={{ textWrap: 'balance' }}>
            {text}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  )
}

/** It could not be loaded: why, and another try. */
export function Failure({ error, retry, order = 2 }: { error: unknown; retry?: () => void } & Pick<EmptyProps, 'order'>) {
  const away = error instanceof Offline
  if (error instanceof Problem && error.status === 404) return <NotFound />
  return (
    <div role="alert">
      <Empty
        order={order}
        title={away ? t('ui.offlineTitle') : t('ui.failed')}
        text={wording(error)}
        icon={away ? <IconCloudOff size={26} stroke={1.5} /> : <IconUnlink size={26} stroke={1.5} />}
        action={
          retry && (
            <Button variant="light" leftSection={<IconRefresh size={16} />} onClick={retry}>
              {t('ui.retry')}
            </Button>
          )
        }
      />
    </div>
  )
}

export function NotFound() {
  return (
    <Empty
      order={1}
      title={t('ui.notFound')}
      text={t('ui.notFoundText')}
      action={
        <Button component={Link} to="/" variant="light">
          {t('ui.home')}
        </Button>
      }
    />
  )
}

interface LoadedProps<T> extends Pick<EmptyProps, 'order'> {
  query: UseQueryResult<T>
  /** Called once there is something to show. */
  children: (data: T) => ReactNode
  loading?: ReactNode
}

/** Shows a query: loading, failed with another try, or its data. */
export function Loaded<T>({ query, children, loading = <Loading />, order }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data)
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} {...(order && { order })} />
  return loading
}
