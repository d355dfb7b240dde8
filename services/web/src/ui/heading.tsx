import { Group, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** The head of a section: what it is, and what can be made there. */
export function Heading({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <Group justify="space-between" gap="sm" align="flex-start" mb="md">
      <div>
        <Title order={2}>{title}</Title>
        {text !== undefined && (
          <Text size="sm" c="dimmed" maw={620}>
            {text}
          </Text>
        )}
      </div>
      {children !== undefined && <Group gap="xs">{children}</Group>}
    </Group>
  )
}
