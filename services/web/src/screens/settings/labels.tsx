import { Button, ColorInput, Group, Menu, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Label } from '@/api'
import { t } from '@/texts'
import { type Column, DataTable } from '@/ui/data-table'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { Heading } from '@/ui/heading'
import { IconPlus, IconTags, IconUsers } from '@/ui/icons'
import { Empty, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import { RowMenu } from './row-menu'
import classes from './settings.module.css'

const COLOURS = ['#0f5c6e', '#2f9e44', '#e8590c', '#c2255c', '#6741d9', '#1971c2', '#846358', '#495057']

type Open = { what: 'new' } | { what: 'form' | 'merge'; label: Label }

/** What conversations are told apart by; two that mean the same become one. */
export default function Labels() {
  const labels = useQuery({ queryKey: ['labels'], queryFn: ({ signal }) => api.get('/labels', { signal }) })
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  return (
    <section>
      <Heading title={t('settings.section.labels')} text={t('settings.labels.text')}>
        <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen({ what: 'new' })}>
          {t('settings.labels.new')}
        </Button>
      </Heading>
      <Loaded query={labels}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={<IconTags size={26} stroke={1.5} />} title={t('settings.labels.empty')} text={t('settings.labels.emptyText')} />
          ) : (
            <div className={section.table}>
              <DataTable rows={all} columns={columns(setOpen)} keyOf={(each) => each.id} caption={t('settings.section.labels')} />
            </div>
          )
        }
      </Loaded>
      {open?.what === 'new' && <Form onClose={close} />}
      {open?.what === 'form' && <Form label={open.label} onClose={close} />}
      {open?.what === 'merge' && <Merging label={open.label} others={(labels.data ?? []).filter((each) => each.id !== open.label.id)} onClose={close} />}
    </section>
  )
}

function columns(onOpen: (open: Open) => void): readonly Column<Label>[] {
  return [
    {
      key: 'name',
      title: t('settings.labels.name'),
      cell: ({ name, colour }) => (
        <Group gap={10} wrap="nowrap">
          <span className={classes.dot} style={{ background: colour }} />
          <Text size="sm" fw={600}>
            {name}
          </Text>
        </Group>
      ),
    },
    { key: 'more', title: t('settings.users.more'), quiet: true, width: 50, cell: (label) => <LabelMenu label={label} onOpen={onOpen} /> },
  ]
}

function useAgain() {
  const queries = useQueryClient()
  return () => queries.invalidateQueries({ queryKey: ['labels'] })
}

function LabelMenu({ label, onOpen }: { label: Label; onOpen: (open: Open) => void }) {
  const { id, version, name } = label
  const again = useAgain()
  const remove = useMutation({ mutationFn: () => api.delete('/labels/{id}', { path: { id }, version }), onSuccess: again })
  return (
    <RowMenu
      size="md"
      label={t('settings.users.moreOf', { name })}
      busy={remove.isPending}
      onChange={() => onOpen({ what: 'form', label })}
      onRemove={() => remove.mutate()}
    >
      <Menu.Item leftSection={<IconUsers size={16} />} onClick={() => onOpen({ what: 'merge', label })}>
        {t('settings.labels.merge')}
      </Menu.Item>
    </RowMenu>
  )
}

function Form({ label, onClose }: { label?: Label; onClose: () => void }) {
  const again = useAgain()
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: { name: label?.name ?? '', colour: label?.colour ?? '#0f5c6e' },
    send: (body) =>
      label === undefined ? api.post('/labels', { body }) : api.put('/labels/{id}', { path: { id: label.id }, version: label.version, body }),
    onSent: () => {
      void again()
      onClose()
    },
  })
  return (
    <Dialogue onClose={onClose} size="sm" title={label?.name ?? t('settings.labels.new')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <TextInput label={t('settings.labels.name')} required data-autofocus {...form.getInputProps('name')} />
          <ColorInput label={t('settings.labels.colour')} format="hex" swatches={COLOURS} withEyeDropper={false} {...form.getInputProps('colour')} />
          <FormButtons sending={sending} onCancel={onClose} text={t('ui.save')} />
        </Stack>
      </form>
    </Dialogue>
  )
}

function Merging({ label, others, onClose }: { label: Label; others: readonly Label[]; onClose: () => void }) {
  const [into, setInto] = useState<string | null>(null)
  const again = useAgain()
  const merge = useMutation({
    mutationFn: (into_id: string) => api.post('/labels/{id}/merge', { path: { id: label.id }, version: label.version, body: { into_id } }),
    onSuccess: ({ name }) => {
      toast.done(t('settings.labels.merged', { from: label.name, into: name }))
      onClose()
      return again()
    },
  })
  return (
    <Dialogue onClose={onClose} size="sm" title={t('settings.labels.mergeOf', { name: label.name })}>
      <Stack gap="sm">
        <Select label={t('settings.labels.into')} description={t('settings.labels.intoText')} value={into} onChange={setInto} data={others.map(({ id, name }) => ({ value: id, label: name }))} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button disabled={into === null} loading={merge.isPending} onClick={() => into !== null && merge.mutate(into)}>
            {t('settings.labels.merge')}
          </Button>
        </Group>
      </Stack>
    </Dialogue>
  )
}
