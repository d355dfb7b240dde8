import { Anchor, Avatar, Badge, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { api, type Contact } from '@/api'
import { KindBadge } from '@/people/kind-badge'
import { t } from '@/texts'
import { city, clock } from '@/time'
import { IconAlertTriangle, IconBuilding, IconClock, IconLanguage } from '@/ui/icons'
import { Moment } from '@/ui/moment'

import { Consents } from './consents'
import classes from './contact.module.css'
import { Identities } from './identities'
import { Merges } from './merges'
import { Section } from './section'

/** Who it is, where he is reached, what is known of him. */
export function Card({ contact, mayEdit }: { contact: Contact; mayEdit: boolean }) {
  const { name, kind, tags = [], notes, erased = false } = contact
  return (
    <Stack gap="lg">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Avatar name={name} size={52} radius="xl" color="tide" />
        <div style={{ minWidth: 0 }}>
          <Text fw={650} size="lg" lh={1.25} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Group gap={4} mt={4}>
            <KindBadge kind={kind} />
            {erased && (
              <Badge size="sm" color="red" leftSection={<IconAlertTriangle size={12} />}>
                {t('contact.erased')}
              </Badge>
            )}
            {tags.map((each) => (
              <Badge
                key={each}
                size="sm"
                color="gray"
                style={{ cursor: 'pointer' }}
                renderRoot={(props) => <Link {...props} to="/contacts" search={{ tag: each }} />}
              >
                {each}
              </Badge>
            ))}
          </Group>
        </div>
      </Group>
      <Facts contact={contact} />
      <Identities contact={contact} mayEdit={mayEdit} />
      <Consents contact={contact} mayEdit={mayEdit} />
      <OwnFields contact={contact} />
      {notes !== '' && (
        <Section title={t('people.remarks')}>
          <Text size="sm" className={classes.words}>
            {notes}
          </Text>
        </Section>
      )}
      <Merges contactId={contact.id} mayEdit={mayEdit} />
      <Text size="xs" c="dimmed">
        {t('contact.since')} <Moment at={contact.created_at} as="day" />
      </Text>
    </Stack>
  )
}

function Facts({ contact: { company, company_id, position = '', language, zone, channel } }: { contact: Contact }) {
  const work = [position, company].filter((each) => each !== '').join(', ')
  const now = new Date()
  return (
    <Stack gap={6}>
      {work !== '' && (
        <Fact sign={<IconBuilding size={16} />}>
          {company_id == null ? (
            work
          ) : (
            <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/contacts/$contactId" params={{ contactId: company_id }} />}>
              {work}
            </Anchor>
          )}
        </Fact>
      )}
      {language !== null && <Fact sign={<IconLanguage size={16} />}>{languageName(language)}</Fact>}
      {zone !== null && <Fact sign={<IconClock size={16} />}>{t('contact.clock', { clock: clock(now, zone), city: city(zone) })}</Fact>}
      {channel != null && (
        <Text size="sm" c="dimmed">
          {t('contact.prefers', { channel: t(`ui.channel.${channel}`) })}
        </Text>
      )}
    </Stack>
  )
}

function Fact({ sign, children }: { sign: React.ReactNode; children: React.ReactNode }) {
  return (
    <Group gap={8} wrap="nowrap" c="dimmed">
      {sign}
      <Text size="sm" c="var(--mantine-color-text)">
        {children}
      </Text>
    </Group>
  )
}

function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(document.documentElement.lang, { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}

/** What the organisation itself keeps of people. */
function OwnFields({ contact: { fields = {} } }: { contact: Contact }) {
  const { data: definitions = [] } = useQuery({
    queryKey: ['contacts', 'fields'],
    queryFn: ({ signal }) => api.get('/contacts/fields', { signal }),
  })
  const known = definitions.filter(({ key }) => fields[key] !== undefined)
  if (known.length === 0) return null
  const said = (value: boolean | number | string | undefined) =>
    typeof value === 'boolean' ? (value ? t('contact.yes') : t('contact.no')) : String(value)
  return (
    <Section title={t('contact.fields')}>
      {known.map(({ key, label }) => (
        <Group key={key} justify="space-between" gap="sm" wrap="nowrap">
          <Text size="sm" c="dimmed" truncate title={label}>
            {label}
          </Text>
          <Text size="sm">{said(fields[key])}</Text>
        </Group>
      ))}
    </Section>
  )
}
