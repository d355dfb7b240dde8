import { Button, Group, Select, Stack, Table, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Contact } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { NothingFound } from '@/ui/nothing-found'
import { Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'

const DEBOUNCE = 250 // ms

/** Makes this person part of another one: one record over all channels. What it makes is shown first. */
export function MergeInto({ contact, close }: { contact: Contact; close: () => void }) {
  const queries = useQueryClient()
  const [words, setWords] = useState('')
  const [asked] = useDebouncedValue(words.trim(), DEBOUNCE)
  const [chosen, setChosen] = useState<Contact>()
  const found = useQuery({
    queryKey: ['contacts', 'to-merge', asked],
    queryFn: ({ signal }) => api.get('/contacts', { query: { q: asked, limit: 20 }, signal }),
    enabled: asked !== '',
  })
  const likely = useQuery({
    queryKey: ['contacts', 'duplicates', contact.id],
    queryFn: ({ signal }) => api.get('/contacts/duplicates', { query: { contact_id: contact.id }, signal }),
  })
  const proposed = (likely.data?.duplicates ?? []).map((each) => (each.first.id === contact.id ? each.second : each.first))
  const offered = (asked === '' ? proposed : (found.data?.contacts ?? [])).filter((each) => each.id !== contact.id)
  const merging = useMutation({
    mutationFn: (into: Contact) =>
      api.post('/contacts/{id}/merge', {
        path: { id: into.id },
        version: into.version,
        body: { merged_id: contact.id, merged_version: contact.version },
      }),
    onSuccess: ({ contact: one }) => {
      queries.setQueryData(['contacts', 'one', contact.id], one)
      void queries.invalidateQueries({ queryKey: ['contacts'] })
      toast.done(t('conversations.merged', { name: one.name }))
      close()
    },
  })
  return (
    <Dialogue onClose={close} title={t('conversations.mergeTitle', { name: contact.name })}>
      <Stack>
        <Select
          label={t('conversations.mergeInto')}
          description={t('conversations.mergeText')}
          data-autofocus
          searchable
          filter={({ options }) => options}
          searchValue={words}
          onSearchChange={setWords}
          value={chosen?.id ?? null}
          data={(chosen && !offered.some((each) => each.id === chosen.id) ? [chosen, ...offered] : offered).map((each) => ({
            value: each.id,
            label: [each.name, each.company].filter(Boolean).join(' · '),
          }))}
          nothingFoundMessage={<NothingFound>{asked === '' ? t('conversations.mergeHint') : t('conversations.noneFits')}</NothingFound>}
          onChange={(id) => setChosen(offered.find((each) => each.id === id))}
        />
        {chosen && <Outcome into={chosen} merged={contact} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('ui.cancel')}
          </Button>
          <Button disabled={!chosen} loading={merging.isPending} onClick={() => chosen && merging.mutate(chosen)}>
            {t('conversations.merge')}
          </Button>
        </Group>
      </Stack>
    </Dialogue>
  )
}

function Outcome({ into, merged }: { into: Contact; merged: Contact }) {
  const preview = useQuery({
    queryKey: ['contacts', 'merge-preview', into.id, merged.id],
    queryFn: ({ signal }) =>
      api.post('/contacts/{id}/merge/preview', { path: { id: into.id }, body: { merged_id: merged.id }, signal }),
  })
  return (
    <Loaded query={preview}>
      {({ result, fields, identities, notes }) => (
        <>
          <Text size="sm">{t('conversations.mergeMakes', { name: result.name, identities, notes })}</Text>
          {fields.length > 0 && (
            <Table verticalSpacing={4} fz="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('conversations.field')}</Table.Th>
                  <Table.Th>{t('conversations.stays')}</Table.Th>
                  <Table.Th>{t('conversations.goes')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {fields.map((each) => (
                  <Table.Tr key={each.field}>
                    <Table.Td>{each.field}</Table.Td>
                    <Table.Td>{each.takes === 'survivor' ? each.survivor : each.merged}</Table.Td>
                    <Table.Td>{each.takes === 'survivor' ? each.merged : each.survivor}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </>
      )}
    </Loaded>
  )
}
