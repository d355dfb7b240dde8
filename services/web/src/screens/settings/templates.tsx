import { ActionIcon, Badge, Button, Group, Menu, Select, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Channel, type Template } from '@/api'
import { t, tv } from '@/texts'
import { ChannelIcon } from '@/ui/channel'
import { type Column, DataTable } from '@/ui/data-table'
import { Heading } from '@/ui/heading'
import { IconArchive, IconArchiveOff, IconDots, IconEdit, IconPlus, IconTemplate } from '@/ui/icons'
import { Empty, Loaded } from '@/ui/states'
import section from '@/ui/section.module.css'

import { TemplateEditor } from './template-editor'

const CHANNELS: readonly Channel[] = ['email', 'whatsapp', 'sms']

/** The texts that messages begin with, in each channel and language. */
export default function Templates() {
  const [channel, setChannel] = useState<string | null>(null)
  const [archived, setArchived] = useState(false)
  const [open, setOpen] = useState<Template | 'new'>()
  const templates = useQuery({
    queryKey: ['templates', 'list', archived],
    queryFn: ({ signal }) => api.get('/templates', { query: { archived }, signal }),
  })
  const close = () => setOpen(undefined)
  return (
    <section>
      <Heading title={t('settings.section.templates')} text={t('settings.templates.text')}>
        <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen('new')}>
          {t('settings.templates.new')}
        </Button>
      </Heading>
      <Group gap={8} mb="sm">
        <Select
          w={180}
          aria-label={t('settings.templates.channel')}
          placeholder={t('settings.templates.anyChannel')}
          clearable
          value={channel}
          onChange={setChannel}
          data={CHANNELS.map((value) => ({ value, label: t(`ui.channel.${value}`) }))}
        />
        <Button variant={archived ? 'light' : 'default'} aria-pressed={archived} onClick={() => setArchived(!archived)}>
          {t('settings.templates.archived')}
        </Button>
      </Group>
      <Loaded query={templates}>
        {(all) => {
          const rows = all.filter((each) => channel === null || each.channel === channel)
          if (rows.length === 0) {
            return <Empty icon={<IconTemplate size={26} stroke={1.5} />} title={t('settings.templates.empty')} text={t('settings.templates.emptyText')} />
          }
          return (
            <div className={section.table}>
              <DataTable rows={rows} columns={columns(setOpen)} keyOf={(each) => each.id} caption={t('settings.section.templates')} />
            </div>
          )
        }}
      </Loaded>
      {open !== undefined && <TemplateEditor {...(open !== 'new' && { template: open })} onClose={close} />}
    </section>
  )
}

function columns(onOpen: (template: Template) => void): readonly Column<Template>[] {
  return [
    {
      key: 'name',
      title: t('settings.templates.name'),
      cell: (template) => (
        <Group gap={10} wrap="nowrap">
          <ChannelIcon channel={template.channel} />
          <div style={{ minWidth: 0 }}>
            <Text size="sm" fw={600}>
              {template.name}
            </Text>
            <Text size="xs" c="dimmed" lineClamp={1} style={{ overflowWrap: 'anywhere' }}>
              {template.subject || template.body}
            </Text>
          </div>
        </Group>
      ),
    },
    { key: 'kind', title: t('settings.templates.kind'), from: 'sm', cell: ({ kind }) => tv('settings.messageKind', kind) },
    { key: 'language', title: t('settings.templates.language'), from: 'xs', cell: ({ language }) => language },
    {
      key: 'marks',
      title: t('settings.templates.marks'),
      from: 'md',
      cell: ({ built_in, standard }) => (
        <Group gap={4}>
          {built_in && (
            <Badge color="gray" miw="max-content">
              {t('settings.templates.builtIn')}
            </Badge>
          )}
          {standard === true && <Badge color="tide" miw="max-content">{t('settings.templates.standard')}</Badge>}
        </Group>
      ),
    },
    { key: 'more', title: t('settings.users.more'), quiet: true, width: 50, cell: (template) => <RowMenu template={template} onOpen={() => onOpen(template)} /> },
  ]
}

function RowMenu({ template, onOpen }: { template: Template; onOpen: () => void }) {
  const { id, version, name, archived = false, built_in } = template
  const queries = useQueryClient()
  const archive = useMutation({
    mutationFn: () => api.put('/templates/{id}/archive', { path: { id }, version, body: { archived: !archived } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['templates'] }),
  })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" loading={archive.isPending} aria-label={t('settings.users.moreOf', { name })}>
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconEdit size={16} />} onClick={onOpen}>
          {t('settings.change')}
        </Menu.Item>
        {!built_in && (
          <Menu.Item leftSection={archived ? <IconArchiveOff size={16} /> : <IconArchive size={16} />} onClick={() => archive.mutate()}>
            {archived ? t('settings.templates.bringBack') : t('settings.templates.archive')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
