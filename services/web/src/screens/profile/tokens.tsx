import { Badge, Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type ApiToken } from '@/api'
import { t } from '@/texts'
import { type Column, DataTable } from '@/ui/data-table'
import { Heading } from '@/ui/heading'
import { IconKey, IconPlus } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Loaded } from '@/ui/states'
import section from '@/ui/section.module.css'

import { NewToken } from './new-token'
import classes from './profile.module.css'
import { isOver } from './token-values'

const KEY = ['tokens']

/** By what programs act as me. */
export default function Tokens() {
  const tokens = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get('/me/tokens', { signal }), staleTime: 0 })
  const queries = useQueryClient()
  const [isMaking, { open, close }] = useDisclosure(false)
  const again = () => queries.invalidateQueries({ queryKey: KEY })
  return (
    <section>
      <Heading title={t('profile.section.tokens')} text={t('profile.tokens.text')}>
        <Button leftSection={<IconPlus size={16} />} onClick={open}>
          {t('profile.tokens.new')}
        </Button>
      </Heading>
      <Loaded query={tokens}>
        {(found) =>
          found.length === 0 ? (
            <Empty icon={<IconKey size={26} stroke={1.5} />} title={t('profile.tokens.empty')} text={t('profile.tokens.emptyText')} />
          ) : (
            <div className={section.table}>
              <DataTable rows={found} columns={columns(again)} keyOf={(each) => each.id} caption={t('profile.section.tokens')} />
            </div>
          )
        }
      </Loaded>
      <NewToken opened={isMaking} onMade={again} onClose={close} />
    </section>
  )
}

function columns(again: () => Promise<void>): readonly Column<ApiToken>[] {
  return [
    {
      key: 'name',
      title: t('profile.tokens.name'),
      cell: ({ name, scopes, expires_at: end }) => (
        <div className={classes.words}>
          <Text size="sm" fw={600}>
            {name}
          </Text>
          <Group gap={4} mt={2}>
            {scopes == null ? (
              <Badge color="gray">{t('profile.tokens.unlimited')}</Badge>
            ) : (
              scopes.map((scope) => (
                <Badge key={scope} color="gray">
                  {t(`profile.tokens.scope.${scope}`)}
                </Badge>
              ))
            )}
          </Group>
          {end != null && (
            <Text size="xs" c="dimmed" mt={4} hiddenFrom="xs">
              {t('profile.tokens.end')}: <Moment at={end} as="day" />
            </Text>
          )}
        </div>
      ),
    },
    { key: 'made', title: t('profile.tokens.made'), from: 'md', cell: ({ created_at: at }) => <Moment at={at} size="sm" /> },
    {
      key: 'used',
      title: t('profile.tokens.used'),
      from: 'sm',
      cell: ({ last_used_at: at }) => (at === null ? t('profile.tokens.unused') : <Moment at={at} as="ago" size="sm" />),
    },
    { key: 'end', title: t('profile.tokens.end'), from: 'xs', cell: (token) => <End token={token} /> },
    { key: 'revoke', title: t('profile.tokens.revoke'), quiet: true, numeric: true, cell: (token) => <Revoke token={token} onDone={again} /> },
  ]
}

function End({ token }: { token: ApiToken }) {
  const { expires_at: end } = token
  if (end == null) return t('profile.tokens.never')
  if (isOver(token, new Date())) return <Badge color="red">{t('profile.tokens.over')}</Badge>
  return <Moment at={end} as="day" size="sm" />
}

/** Ends a token, once it was asked twice: a program may stand still without it. */
function Revoke({ token: { id, name }, onDone }: { token: ApiToken; onDone: () => Promise<void> }) {
  const [sure, setSure] = useState(false)
  const revoke = useMutation({ mutationFn: () => api.delete('/me/tokens/{id}', { path: { id } }), onSettled: onDone })
  return (
    <Button
      variant={sure ? 'filled' : 'subtle'}
      color={sure ? 'red' : 'gray'}
      size="compact-sm"
      loading={revoke.isPending}
      aria-label={sure ? t('profile.tokens.sureOf', { name }) : t('profile.tokens.revokeOf', { name })}
      onClick={() => (sure ? revoke.mutate() : setSure(true))}
      onBlur={() => setSure(false)}
    >
      {sure ? t('profile.tokens.sure') : t('profile.tokens.revoke')}
    </Button>
  )
}
