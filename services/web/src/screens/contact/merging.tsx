import { Alert, Button, Group, Radio, Select, Stack, Table, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Contact, type FieldOutcome, type Side } from '@/api'
import { firstOf, phoneOf } from '@/people/words'
import { t, tv } from '@/texts'
import { IconInfoCircle, IconUsers } from '@/ui/icons'
import { Dialogue } from '@/ui/dialogue'
import { NothingFound } from '@/ui/nothing-found'
import { Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'

interface MergingProps {
  contact: Contact
  chosen: string | undefined
  onChoose: (id: string | undefined) => void
  onClose: () => void
}

/** Two entries of one person become one: what that would make is seen before it is done. */
export function Merging({ contact, chosen, onChoose, onClose }: MergingProps) {
  return (
    <Dialogue onClose={onClose} size="lg" title={t('contact.mergeTitle', { name: contact.name })}>
      <Stack>
        <Finding contact={contact} chosen={chosen} onChoose={onChoose} />
        {chosen !== undefined && <Preview key={chosen} contact={contact} mergedId={chosen} onClose={onClose} />}
      </Stack>
    </Dialogue>
  )
}

function Finding({ contact, chosen, onChoose }: Omit<MergingProps, 'onClose'>) {
  const [words, setWords] = useState('')
  const [q] = useDebouncedValue(words.trim(), 250)
  const found = useQuery({
    queryKey: ['contacts', 'merging', contact.id, q],
    queryFn: async ({ signal }) => {
      if (q !== '') return (await api.get('/contacts', { query: { q, limit: 20 }, signal })).contacts
      const { duplicates } = await api.get('/contacts/duplicates', { query: { contact_id: contact.id, limit: 20 }, signal })
      return duplicates.map(({ first, second }) => (first.id === contact.id ? second : first))
    },
  })
  const { data: known } = useQuery({
    queryKey: ['contacts', 'one', chosen],
    queryFn: ({ signal }) => api.get('/contacts/{id}', { path: { id: chosen ?? '' }, signal }),
    enabled: chosen !== undefined,
  })
  const listed = (found.data ?? []).filter((each) => each.id !== contact.id && each.id !== known?.id)
  const others = known === undefined ? listed : [known, ...listed]
  return (
    <Select
      label={t('contact.other')}
      description={t('contact.otherText')}
      searchable
      clearable
      {...(chosen === undefined && { 'data-autofocus': true })}
      value={chosen ?? null}
      onChange={(id) => onChoose(id ?? undefined)}
      onSearchChange={setWords}
      filter={({ options }) => options}
      nothingFoundMessage={<NothingFound>{found.isFetching ? t('ui.loading') : words.trim() === '' ? t('contact.typeName') : t('contact.nobody')}</NothingFound>}
      data={others.map((each) => ({ value: each.id, label: [each.name, firstOf(each, 'email') ?? phoneOf(each)].filter(Boolean).join(' · ') }))}
    />
  )
}

function Preview({ contact, mergedId, onClose }: { contact: Contact; mergedId: string; onClose: () => void }) {
  const [choices, setChoices] = useState<Record<string, Side>>({})
  const merged = useQuery({
    queryKey: ['contacts', 'one', mergedId],
    queryFn: ({ signal }) => api.get('/contacts/{id}', { path: { id: mergedId }, signal }),
  })
  const preview = useQuery({
    queryKey: ['contacts', 'preview', contact.id, mergedId, choices],
    queryFn: ({ signal }) => api.post('/contacts/{id}/merge/preview', { path: { id: contact.id }, body: { merged_id: mergedId, choices }, signal }),
    placeholderData: (before) => before,
  })
  const merge = useMutation({
    mutationFn: (mergedVersion: number) =>
      api.post('/contacts/{id}/merge', {
        path: { id: contact.id },
        version: contact.version,
        body: { merged_id: mergedId, merged_version: mergedVersion, choices },
      }),
    onSuccess: () => {
      toast.done(t('contact.mergeDone'))
      onClose()
    },
  })
  return (
    <Loaded query={preview}>
      {({ fields, identities, tags, notes, stricter_consents }) => (
        <Stack gap="sm">
          <Outcomes fields={fields} names={[contact.name, merged.data?.name ?? '']} onChoose={(field, side) => setChoices({ ...choices, [field]: side })} />
          <Text size="sm">
            {t('contact.comesAlong', { identities, tags, notes })}
          </Text>
          {stricter_consents > 0 && (
            <Alert color="yellow" p="xs" icon={<IconInfoCircle size={18} />}>
              {t('contact.stricter', { count: stricter_consents })}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('ui.cancel')}
            </Button>
            <Button
              leftSection={<IconUsers size={16} />}
              disabled={merged.data === undefined || preview.isPlaceholderData}
              loading={merge.isPending}
              onClick={() => {
                if (merged.data !== undefined) merge.mutate(merged.data.version)
              }}
            >
              {t('contact.mergeNow')}
            </Button>
          </Group>
        </Stack>
      )}
    </Loaded>
  )
}

interface OutcomesProps {
  fields: readonly FieldOutcome[]
  names: [survivor: string, merged: string]
  onChoose: (field: string, side: Side) => void
}

function Outcomes({ fields, names, onChoose }: OutcomesProps) {
  if (fields.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('contact.noConflict')}
      </Text>
    )
  }
  return (
    <Table.ScrollContainer minWidth={0} type="native">
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('contact.field')}</Table.Th>
            <Table.Th scope="col">{t('contact.stays', { name: names[0] })}</Table.Th>
            <Table.Th scope="col">{t('contact.goes', { name: names[1] })}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fields.map(({ field, survivor, merged, takes }) => {
            const name = tv('contact.fieldName', field.replace(/^fields\./, ''))
            return (
              <Table.Tr key={field}>
                <Table.Th scope="row" fw={500}>
                  {name}
                </Table.Th>
                {([['survivor', survivor], ['merged', merged]] as const).map(([side, value]) => (
                  <Table.Td key={side}>
                    <Radio
                      size="xs"
                      name={field}
                      aria-label={`${name}: ${value || t('contact.nothing')}`}
                      label={value || t('contact.nothing')}
                      checked={takes === side}
                      onChange={() => onChoose(field, side)}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
