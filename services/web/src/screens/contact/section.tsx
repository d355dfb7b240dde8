import { Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** A part of the card. */
export function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <Stack component="section" gap={6} aria-label={title}>
      <Group justify="space-between" gap="xs" mih={26}>
        <Text component="h2" m={0} size="xs" fw={650} c="dimmed">
          {title}
        </Text>
        {action}
      </Group>
      {children}
    </Stack>
  )
}
