import { Button, Code, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { AuditEntry } from '@/api'
import { addressOfEntity } from '@/shell/navigation'
import { t, tv } from '@/texts'
import { Drawer } from '@/ui/dialogue'
import { IconExternalLink, IconFilter, IconUser } from '@/ui/icons'
import { Moment } from '@/ui/moment'

import type { Search } from '../search'
import { Changes } from './changes'
import classes from './records.module.css'
import { changesOf, titleOf, whoOf } from './words'

interface RecordProps {
  entry: AuditEntry | undefined
  onClose: () => void
  /** Shows only what is about the same. */
  onOnly: (change: Partial<Search>) => void
}

/** All that the log holds of one entry. */
export function Record({ entry, onClose, onOnly }: RecordProps) {
  return (
    <Drawer opened={entry !== undefined} onClose={onClose} size="lg" title={entry && titleOf(entry)}>
      {entry !== undefined && <Held entry={entry} onOnly={onOnly} />}
    </Drawer>
  )
}

function Held({ entry, onOnly }: { entry: AuditEntry; onOnly: RecordProps['onOnly'] }) {
  const { at, role, remote, number, digest, request, label, entity, entity_id: thing, about } = entry
  const changes = changesOf(entry)
  const facts: readonly [name: string, value: ReactNode][] = [
    [t('records.at'), <Moment key="at" at={at} as="whole" />],
    [t('records.who'), `${whoOf(entry)} (${tv('records.role', role)})`],
    [t('records.which'), `${tv('records.thing', entity)}${label ? `: ${label}` : ''}`],
    [t('records.from'), remote ?? t('records.noAddress')],
  ]
  return (
    <Stack>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      <Group gap="xs">
        {thing !== null && <OpenIt entity={entity} id={thing} />}
        {thing !== null && (
          <Button variant="default" size="xs" leftSection={<IconFilter size={14} />} onClick={() => onOnly({ entity, thing })}>
            {t('records.ofThing')}
          </Button>
        )}
        {about != null && (
          <Button variant="default" size="xs" leftSection={<IconUser size={14} />} onClick={() => onOnly({ about })}>
            {t('records.ofContact')}
          </Button>
        )}
      </Group>
      {label === null ? <Text size="sm">{t('records.erased')}</Text> : changes.length > 0 && <Changes changes={changes} />}
      <dl className={classes.facts}>
        <Fact name={t('records.number')} value={number} />
        {request !== null && <Fact name={t('records.request')} value={<Code>{request}</Code>} />}
        <Fact name={t('records.digest')} value={<Code>{digest}</Code>} />
      </dl>
    </Stack>
  )
}

function Fact({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}

const SCREENS: ReadonlySet<string> = new Set(['message', 'conversation', 'contact', 'itinerary', 'review'])

/** Leads to what it was done to, where that has a screen. */
function OpenIt({ entity, id }: { entity: string; id: string }) {
  const navigate = useNavigate()
  const open = useMutation({
    mutationFn: () => addressOfEntity(entity, id),
    onSuccess: (href) => href !== undefined && void navigate({ href }),
  })
  if (!SCREENS.has(entity)) return null
  return (
    <Button variant="default" size="xs" leftSection={<IconExternalLink size={14} />} loading={open.isPending} onClick={() => open.mutate()}>
      {t('records.open')}
    </Button>
  )
}
