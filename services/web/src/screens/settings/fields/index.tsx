import { Button, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type FieldDefinition, type FieldType } from '@/api'
import { t } from '@/texts'
import { type Column, DataTable } from '@/ui/data-table'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { Heading } from '@/ui/heading'
import { IconForms, IconPlus } from '@/ui/icons'
import { Empty, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import { RowMenu } from '../row-menu'
import { keyOf } from './key'

const KEY = ['contacts', 'fields']
const TYPES: readonly FieldType[] = ['text', 'number', 'date', 'choice', 'yes_no']
const LAST = 1000 // place of a field, at most

/** What the organisation itself keeps of its contacts. */
export default function Fields() {
  const fields = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get('/contacts/fields', { signal }), staleTime: 0 })
  const [open, setOpen] = useState<FieldDefinition | 'new'>()
  const close = () => setOpen(undefined)
  const make = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen('new')}>
      {t('fields.new')}
    </Button>
  )
  const next = Math.min(LAST, 1 + Math.max(-1, ...(fields.data ?? []).map(({ position }) => position)))
  return (
    <section>
      <Heading title={t('settings.section.fields')} text={t('fields.text')}>
        {fields.data?.length !== 0 && make}
      </Heading>
      <Loaded query={fields}>
        {(found) =>
          found.length === 0 ? (
            <Empty icon={<IconForms size={26} stroke={1.5} />} title={t('fields.empty')} text={t('fields.emptyText')} action={make} />
          ) : (
            <div className={section.table}>
              <DataTable rows={found} columns={columns(setOpen)} keyOf={(each) => each.key} caption={t('settings.section.fields')} />
            </div>
          )
        }
      </Loaded>
      {open === 'new' && <Form position={next} onClose={close} />}
      {open !== undefined && open !== 'new' && <Form field={open} position={open.position} onClose={close} />}
    </section>
  )
}

function columns(onChange: (field: FieldDefinition) => void): readonly Column<FieldDefinition>[] {
  return [
    {
      key: 'label',
      title: t('fields.label'),
      cell: ({ label, choices }) => (
        <>
          <Text size="sm" fw={600}>
            {label}
          </Text>
          {choices.length > 0 && (
            <Text size="xs" c="dimmed">
              {choices.join(', ')}
            </Text>
          )}
        </>
      ),
    },
    { key: 'type', title: t('fields.type'), cell: ({ type }) => t(`fields.types.${type}`) },
    { key: 'key', title: t('fields.key'), from: 'sm', cell: ({ key }) => <Text size="xs" ff="monospace" c="dimmed">{key}</Text> },
    { key: 'more', title: t('settings.users.more'), quiet: true, width: 50, cell: (field) => <FieldMenu field={field} onChange={() => onChange(field)} /> },
  ]
}

function FieldMenu({ field: { key, label }, onChange }: { field: FieldDefinition; onChange: () => void }) {
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => api.delete('/contacts/fields/{key}', { path: { key } }),
    onSuccess: () => {
      toast.done(t('fields.removed', { label }))
      return queries.invalidateQueries({ queryKey: KEY })
    },
  })
  return (
    <RowMenu size="md" label={t('settings.users.moreOf', { name: label })} busy={remove.isPending} onChange={onChange} onRemove={() => remove.mutate()} />
  )
}

/** What a field is called and holds; what it holds stays, as contacts have it already. */
function Form({ field, position, onClose }: { field?: FieldDefinition; position: number; onClose: () => void }) {
  const queries = useQueryClient()
  const { form, submit, sending, problem } = useProblemForm<{ label: string; type: FieldType; choices: string[] }>({
    initialValues: { label: field?.label ?? '', type: field?.type ?? 'text', choices: field?.choices ?? [] },
    send: ({ label, type, choices }) => {
      const body = { label: label.trim(), choices: type === 'choice' ? choices : [], position }
      return field === undefined
        ? api.post('/contacts/fields', { body: { ...body, key: keyOf(label), type } })
        : api.put('/contacts/fields/{key}', { path: { key: field.key }, version: field.version, body })
    },
    onSent: () => {
      void queries.invalidateQueries({ queryKey: KEY })
      onClose()
    },
  })
  return (
    <Dialogue onClose={onClose} size="sm" title={field?.label ?? t('fields.new')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <TextInput label={t('fields.label')} required data-autofocus {...form.getInputProps('label')} />
          {field === undefined && (
            <Select
              label={t('fields.type')}
              description={t('fields.typeText')}
              allowDeselect={false}
              data={TYPES.map((value) => ({ value, label: t(`fields.types.${value}`) }))}
              {...form.getInputProps('type')}
            />
          )}
          {form.values.type === 'choice' && <TagsInput label={t('fields.choices')} description={t('fields.choicesText')} {...form.getInputProps('choices')} />}
          <FormButtons sending={sending} onCancel={onClose} text={t('ui.save')} />
        </Stack>
      </form>
    </Dialogue>
  )
}
