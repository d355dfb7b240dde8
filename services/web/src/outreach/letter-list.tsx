import { Badge, Checkbox, Group, Loader, NavLink, Stack, Text, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconCircleCheck, IconClock, IconUserX } from '@/ui/icons'
import type { ReactNode } from 'react'

import { t, tv } from '@/texts'
import { whole } from '@/time'
import { ChannelIcon } from '@/ui/channel'

import type { Addressed, Whom } from './letters'
import type { Outcome } from './outcome'
import classes from './outreach.module.css'
import type { Readiness } from './previews'

interface LetterListProps {
  letters: readonly Addressed[]
  whom: Whom
  chosen: string
  onChoose: (id: string) => void
  onSkip: (id: string, skipped: boolean) => void
  readiness: (letter: Addressed) => Readiness
  outcomes: Readonly<Record<string, Outcome>>
  locked: boolean
}

/** The recipients: how far each letter is, and what became of it. */
export function LetterList({ letters, whom, chosen, onChoose, onSkip, readiness, outcomes, locked }: LetterListProps) {
  return (
    <Stack gap={4} component="ul" className={classes.list} aria-label={t('outreach.recipients')}>
      {letters.map((letter) => {
        const outcome = outcomes[letter.id]
        const name = nameOf(letter, whom)
        return (
          <Group key={letter.id} component="li" gap={6} wrap="nowrap" align="flex-start">
            {letters.length > 1 && (
              <Checkbox
                mt={12}
                aria-label={t('outreach.include', { name })}
                checked={!letter.skipped && letter.contactId !== null}
                disabled={locked || letter.contactId === null || outcome?.state === 'sent'}
                onChange={(event) => onSkip(letter.id, !event.currentTarget.checked)}
              />
            )}
            <NavLink
              component="button"
              type="button"
              active={letter.id === chosen}
              aria-current={letter.id === chosen}
              onClick={() => onChoose(letter.id)}
              className={classes.letter}
              label={
                <Text component="span" fw={600} size="sm" truncate title={name} display="block">
                  {name}
                </Text>
              }
              description={
                <Group component="span" gap={6} wrap="nowrap" mt={2}>
                  <ChannelIcon channel={letter.channel} size={14} />
                  <span>
                    {letter.services.length > 0
                      ? t('outreach.services', { count: letter.services.length })
                      : whom === 'person'
                        ? tv('ui.channel', letter.channel)
                        : t('outreach.noServices')}
                  </span>
                </Group>
              }
              rightSection={<Mark letter={letter} readiness={readiness(letter)} outcome={outcome} />}
            />
          </Group>
        )
      })}
    </Stack>
  )
}

/** What the recipient is called, or that there is none. */
export function nameOf(letter: Addressed, whom: Whom): string {
  if (letter.name !== '') return letter.name
  if (letter.contactId !== null) return t('outreach.recipients')
  return { supplier: t('outreach.noSupplier'), traveller: t('outreach.noGuest'), agent: t('outreach.noAgent'), person: t('outreach.nobody') }[whom]
}

function Mark({ letter, readiness, outcome }: { letter: Addressed; readiness: Readiness; outcome: Outcome | undefined }) {
  if (outcome?.state === 'sending') return <Sign label={t('outreach.sending')} icon={<Loader size={16} />} />
  if (outcome?.state === 'sent') {
    const later = outcome.leavesAt !== null
    return (
      <Sign
        label={outcome.leavesAt === null ? t('outreach.sent') : t('outreach.later', { when: whole(outcome.leavesAt) })}
        icon={later ? <IconClock size={18} color="var(--mantine-color-teal-6)" /> : <IconCircleCheck size={18} color="var(--mantine-color-teal-6)" />}
      />
    )
  }
  if (outcome?.state === 'failed') {
    return <Sign label={t('outreach.failed')} icon={<IconAlertTriangle size={18} color="var(--mantine-color-red-6)" />} />
  }
  if (readiness.state === 'nobody') {
    return <Sign label={t('outreach.nobody')} icon={<IconUserX size={18} color="var(--mantine-color-red-6)" />} />
  }
  if (letter.skipped) return <Badge color="gray">{t('outreach.skipped')}</Badge>
  if (readiness.state === 'checking') return <Sign label={t('outreach.checking')} icon={<Loader size={16} color="gray" />} />
  if (readiness.state === 'ready') return <Sign label={t('outreach.ready')} icon={<IconCheck size={18} />} />
  const count = readiness.state === 'blocked' ? readiness.problems.length : 1
  return (
    <Tooltip label={t('outreach.problems', { count })}>
      <Badge color="red" circle={count < 10} aria-label={t('outreach.problems', { count })}>
        {count}
      </Badge>
    </Tooltip>
  )
}

function Sign({ label, icon }: { label: string; icon: ReactNode }) {
  return (
    <Tooltip label={label}>
      <span role="img" aria-label={label} style={{ display: 'inline-flex' }}>
        {icon}
      </span>
    </Tooltip>
  )
}
