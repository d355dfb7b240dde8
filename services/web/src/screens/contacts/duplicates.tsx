import { Anchor, Badge, Button, Group, Paper, Stack, Text } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { api, type Contact, type Duplicate } from '@/api'
import { firstOf, phoneOf } from '@/people/words'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { IconUsers } from '@/ui/icons'
import { Drawer } from '@/ui/dialogue'
import { Empty, Failure, Loading } from '@/ui/states'

/** Who may be there twice, and why one thinks so; the card of the first shows what a merge would do. */
export function Duplicates({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const query = useInfiniteQuery({
    queryKey: ['contacts', 'duplicates'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/contacts/duplicates', { query: { cursor, limit: 20 }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    enabled: opened,
  })
  const found = query.data?.pages.flatMap((page) => page.duplicates)
  return (
    <Drawer opened={opened} onClose={onClose} title={t('contacts.duplicates')}>
      {found === undefined ? (
        query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={4} />
      ) : found.length === 0 ? (
        <Empty icon={<IconUsers size={26} stroke={1.5} />} title={t('contacts.noDuplicates')} text={t('contacts.noDuplicatesText')} />
      ) : (
        <Stack gap="xs">
          {found.map((each) => (
            <Pair key={each.first.id + each.second.id} pair={each} />
          ))}
          {query.hasNextPage && (
            <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('ui.more')}
            </Button>
          )}
        </Stack>
      )}
    </Drawer>
  )
}

function Pair({ pair: { first, second, reasons } }: { pair: Duplicate }) {
  const mayEdit = useMay('EDIT_CONTACTS')
  const queries = useQueryClient()
  const dismiss = useMutation({
    mutationFn: () => api.post('/contacts/duplicates/dismiss', { body: { first: first.id, second: second.id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['contacts', 'duplicates'] }),
  })
  return (
    <Paper withBorder p="sm">
      <Who contact={first} />
      <Who contact={second} />
      <Group gap={4} my={6}>
        {reasons.map((each) => (
          <Badge key={each} size="sm" color="gray">
            {t(`contacts.reason.${each}`)}
          </Badge>
        ))}
      </Group>
      {mayEdit && (
        <Group gap="xs">
          <Button
            size="compact-sm"
            renderRoot={(props) => <Link {...props} to="/contacts/$contactId" params={{ contactId: first.id }} search={{ merge: second.id }} />}
          >
            {t('contacts.look')}
          </Button>
          <Button size="compact-sm" variant="default" loading={dismiss.isPending} onClick={() => dismiss.mutate()}>
            {t('contacts.different')}
          </Button>
        </Group>
      )}
    </Paper>
  )
}

function Who({ contact }: { contact: Contact }) {
  return (
    <Text size="sm" truncate>
      <Anchor fw={600} renderRoot={(props) => <Link {...props} to="/contacts/$contactId" params={{ contactId: contact.id }} />}>
        {contact.name}
      </Anchor>{' '}
      <Text span size="xs" c="dimmed">
        {[firstOf(contact, 'email'), phoneOf(contact)].filter(Boolean).join(' · ')}
      </Text>
    </Text>
  )
}
