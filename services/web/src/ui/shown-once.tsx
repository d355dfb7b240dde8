import { Alert, Button, CopyButton, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'

import { t } from '@/texts'

import { IconAlertTriangle, IconCheck, IconCopy } from './icons'
import classes from './shown-once.module.css'

interface ShownOnceProps {
  text: string
  /** What is copied. */
  value: string
  /** How it is shown; the value itself where nothing is said. */
  children?: ReactNode
  onKept: () => void
}

/** A secret that nobody can show again: it is left by saying that it is kept. */
export function ShownOnce({ text, value, children, onKept }: ShownOnceProps) {
  return (
    <Stack gap="sm">
      <Alert color="yellow" p="sm" icon={<IconAlertTriangle size={18} />} role="status">
        {t('ui.once.warning')}
      </Alert>
      <Text size="sm">{text}</Text>
      {children ?? <div className={classes.secret}>{value}</div>}
      <Group justify="space-between">
        <CopyButton value={value} timeout={4000}>
          {({ copied, copy }) => (
            <Button ref={focus} variant="light" leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />} onClick={copy}>
              <span aria-live="polite">{copied ? t('ui.once.copied') : t('ui.once.copy')}</span>
            </Button>
          )}
        </CopyButton>
        <Button onClick={onKept}>{t('ui.once.kept')}</Button>
      </Group>
    </Stack>
  )
}

/** Moves the focus to what has just come: what had it is gone. One function, so once only. */
export function focus(element: HTMLElement | null): void {
  element?.focus()
}
