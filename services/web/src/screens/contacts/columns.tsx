import { Avatar, Badge, Group, Text } from '@mantine/core'

import type { Contact } from '@/api'
import { KindBadge } from '@/people/kind-badge'
import { firstOf, phoneOf } from '@/people/words'
import { t } from '@/texts'
import type { Column } from '@/ui/data-table'
import { IconBan } from '@/ui/icons'
import { Moment } from '@/ui/moment'

import classes from './contacts.module.css'

const TAGS = 2 // that a row has room for

export function columns(): readonly Column<Contact>[] {
  return [
    { key: 'name', title: t('people.name'), cell: (contact) => <Name contact={contact} /> },
    { key: 'kind', title: t('people.kindLabel'), from: 'xs', cell: ({ kind }) => <KindBadge kind={kind} /> },
    { key: 'email', title: t('people.scheme.email'), from: 'sm', cell: (contact) => <Line text={firstOf(contact, 'email')} /> },
    { key: 'phone', title: t('people.scheme.phone'), from: 'md', cell: (contact) => <Line text={phoneOf(contact)} /> },
    { key: 'tags', title: t('people.tags'), from: 'lg', cell: ({ tags = [] }) => <Tags tags={tags} /> },
    {
      key: 'changed',
      title: t('contacts.changed'),
      from: 'lg',
      cell: ({ updated_at, created_at }) => <Moment at={updated_at ?? created_at} c="dimmed" />,
    },
  ]
}

function Name({ contact: { name, company, position = '', consents = [] } }: { contact: Contact }) {
  const blocked = consents.some((each) => !each.allowed)
  const line = [position, company].filter((each) => each !== '').join(', ')
  return (
    <Group gap={10} wrap="nowrap">
      <Avatar name={name} size={32} radius="xl" color="tide" />
      <span>
        <span className={classes.name} title={name}>
          {name}
          {blocked && <IconBan size={13} role="img" aria-label={t('contacts.someBlocked')} style={{ marginLeft: 6, verticalAlign: '-2px' }} />}
        </span>
        {line !== '' && (
          <Text component="span" size="xs" c="dimmed" className={classes.line} title={line}>
            {line}
          </Text>
        )}
      </span>
    </Group>
  )
}

function Line({ text }: { text: string | undefined }) {
  if (text === undefined) return <Text c="dimmed">–</Text>
  return (
    <span className={classes.line} title={text}>
      {text}
    </span>
  )
}

function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <Group gap={4} wrap="nowrap">
      {tags.slice(0, TAGS).map((each) => (
        <Badge key={each} size="sm" color="gray" maw={130} title={each}>
          {each}
        </Badge>
      ))}
      {tags.length > TAGS && (
        <Text size="xs" c="dimmed" title={tags.slice(TAGS).join(', ')}>
          +{tags.length - TAGS}
        </Text>
      )}
    </Group>
  )
}
