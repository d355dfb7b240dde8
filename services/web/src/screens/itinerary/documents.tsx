import { ActionIcon, Anchor, FileButton, Button, Group, Select, Stack, Table, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { addressOf, api, type Document, type Itinerary } from '@/api'
import { useMay } from '@/queries'
import { t, tv } from '@/texts'
import { IconFile, IconPlus, IconTrash } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Loaded } from '@/ui/states'

import classes from './itinerary.module.css'

const KINDS = ['voucher', 'ticket', 'invoice', 'contract', 'identity', 'insurance', 'other'] as const

/** What is kept with a trip, for the team alone. */
export function Documents({ trip }: { trip: Itinerary }) {
  const queries = useQueryClient()
  const mayEdit = useMay('EDIT_ITINERARIES')
  const key = ['itineraries', 'documents', trip.id]
  const documents = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get('/itineraries/{itinerary_id}/documents', { path: { itinerary_id: trip.id }, signal }),
  })
  const add = useMutation({
    mutationFn: async (files: File[]) => {
      for (const file of files) {
        const { id } = await api.upload(file, file.name)
        await api.post('/itineraries/{itinerary_id}/documents', {
          path: { itinerary_id: trip.id },
          body: { file_id: id },
        })
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  })
  const button = mayEdit && (
    <FileButton multiple onChange={(files) => add.mutate(files)}>
      {(props) => (
        <Button {...props} size="xs" loading={add.isPending} leftSection={<IconPlus size={16} />}>
          {t('itinerary.document.add')}
        </Button>
      )}
    </FileButton>
  )
  return (
    <Loaded query={documents}>
      {(found) =>
        found.length === 0 ? (
          <Empty icon={<IconFile size={26} stroke={1.5} />} title={t('itinerary.document.none')} text={t('itinerary.document.noneText')} action={button} />
        ) : (
          <Stack>
            <Group justify="flex-end">{button}</Group>
            <div className={classes.card}>
              <Table.ScrollContainer minWidth={0} type="native">
                <Table verticalSpacing="xs">
                  <Table.Tbody>
                    {found.map((each) => (
                      <Row key={each.id} document={each} mayEdit={mayEdit} onChanged={() => void queries.invalidateQueries({ queryKey: key })} />
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </div>
          </Stack>
        )
      }
    </Loaded>
  )
}

function Row({ document, mayEdit, onChanged }: { document: Document; mayEdit: boolean; onChanged: () => void }) {
  const { id, version, note, service_id, contact_id, attachment } = document
  const change = useMutation({
    mutationFn: (kind: Document['kind']) => api.put('/documents/{id}', { path: { id }, version, body: { kind, note, service_id, contact_id } }),
    onSettled: onChanged,
  })
  const remove = useMutation({ mutationFn: () => api.delete('/documents/{id}', { path: { id } }), onSettled: onChanged })
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor size="sm" fw={600} href={addressOf('/files/{id}', { path: { id: attachment.id } })} target="_blank" rel="noopener">
          {attachment.name}
        </Anchor>
        <Text size="xs" c="dimmed">
          {document.added_by_name} · <Moment at={document.added_at} />
          {note !== '' && ` · ${note}`}
        </Text>
      </Table.Td>
      <Table.Td w={150}>
        {mayEdit ? (
          <Select
            size="xs"
            aria-label={t('itinerary.document.kind', { name: attachment.name })}
            allowDeselect={false}
            value={change.isPending ? change.variables : document.kind}
            onChange={(kind) => kind !== null && change.mutate(kind)}
            data={KINDS.map((value) => ({ value, label: tv('itinerary.document.kinds', value) }))}
          />
        ) : (
          tv('itinerary.document.kinds', document.kind)
        )}
      </Table.Td>
      <Table.Td w={1}>
        {mayEdit && (
          <ActionIcon variant="subtle" color="gray" loading={remove.isPending} aria-label={t('itinerary.document.remove', { name: attachment.name })} onClick={() => remove.mutate()}>
            <IconTrash size={16} />
          </ActionIcon>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
