import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'

import { api } from '@/api'
import { t } from '@/texts'
import { Moment } from '@/ui/moment'
import { toast } from '@/ui/toast'

import { Section } from './section'

/** Who went into this contact; it can be undone. */
export function Merges({ contactId, mayEdit }: { contactId: string; mayEdit: boolean }) {
  const { data: merges = [] } = useQuery({
    queryKey: ['contacts', 'merges', contactId],
    queryFn: ({ signal }) => api.get('/contacts/{contact_id}/merges', { path: { contact_id: contactId }, signal }),
  })
  const undo = useMutation({
    mutationFn: (id: string) => api.delete('/contacts/merges/{id}', { path: { id } }),
    onSuccess: () => toast.done(t('contact.undone')),
  })
  const standing = merges.filter((each) => each.undone_at === null && each.survivor_id === contactId)
  if (standing.length === 0) return null
  return (
    <Section title={t('contact.merges')}>
      {standing.map((each) => (
        <Group key={each.id} gap={8} wrap="nowrap">
          <Text size="sm" truncate flex={1} title={each.merged_name}>
            {each.merged_name}{' '}
            <Text span size="xs" c="dimmed">
              {each.user_name} · <Moment at={each.at} />
            </Text>
          </Text>
          {mayEdit && (
            <Button size="compact-xs" variant="default" loading={undo.isPending && undo.variables === each.id} onClick={() => undo.mutate(each.id)}>
              {t('contact.undo')}
            </Button>
          )}
        </Group>
      ))}
    </Section>
  )
}
