import { TagsInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { api, type Contact } from '@/api'
import { useMay } from '@/queries'
import { t } from '@/texts'

/** The person's tags; changed in place. */
export function Tags({ contact }: { contact: Contact }) {
  const queries = useQueryClient()
  const mayEdit = useMay('EDIT_CONTACTS')
  const key = ['contacts', 'one', contact.id]
  const known = useQuery({
    queryKey: ['contacts', 'tags'],
    queryFn: ({ signal }) => api.get('/contacts/tags', { signal }),
    enabled: mayEdit,
  })
  const saving = useMutation({
    mutationFn: (tags: string[]) =>
      api.patch('/contacts/{id}', { path: { id: contact.id }, version: contact.version, body: { tags } }),
    onMutate: (tags) => queries.setQueryData<Contact>(key, (old) => old && { ...old, tags }),
    onSuccess: (answer) => queries.setQueryData<Contact>(key, answer),
    onError: () => void queries.invalidateQueries({ queryKey: key }),
  })
  const tags = contact.tags ?? []
  if (!mayEdit && tags.length === 0) return null
  return (
    <TagsInput
      size="xs"
      label={t('conversations.tags')}
      value={tags}
      data={known.data?.map((each) => each.tag) ?? []}
      readOnly={!mayEdit}
      maxTags={50}
      onChange={(next) => saving.mutate(next)}
    />
  )
}
