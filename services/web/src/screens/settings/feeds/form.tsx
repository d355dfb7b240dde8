import { Autocomplete, NumberInput, Select, Stack, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Feed, newKey, type Portal } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { Loaded } from '@/ui/states'

import { KEY, listingsQuery, namesOf, portalsQuery } from './values'

// The values of a form have an index signature, which an interface has not.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type Values = {
  name: string
  url: string
  listing_id: string | null
  portal: string
  closed_as: 'blocks' | 'stays'
  every_minutes: number | string
}

const FIELDS: Record<string, string> = { 'source.listing_id': 'listing_id', 'source.portal_id': 'portal' }

/** Where a calendar is, whose days it tells, and who sold them. */
export function FeedForm({ feed, onClose }: { feed?: Feed; onClose: () => void }) {
  const portals = useQuery(portalsQuery)
  return (
    <Dialogue onClose={onClose} title={feed?.name ?? t('feeds.new')}>
      <Loaded query={portals}>{(found) => <Form {...(feed && { feed })} portals={found} onClose={onClose} />}</Loaded>
    </Dialogue>
  )
}

function Form({ feed, portals, onClose }: { feed?: Feed; portals: readonly Portal[]; onClose: () => void }) {
  const [key] = useState(newKey)
  const queries = useQueryClient()
  const listings = useQuery(listingsQuery)
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: {
      name: feed?.name ?? '',
      url: '',
      listing_id: feed?.source.listing_id ?? null,
      portal: portals.find((each) => each.id === feed?.source.portal_id)?.name ?? '',
      closed_as: feed?.source.closed_as ?? 'blocks',
      every_minutes: feed?.every_minutes ?? 60,
    },
    fieldOf: (field) => FIELDS[field] ?? field,
    send: async ({ name, url, listing_id, portal, closed_as, every_minutes }) => {
      const source = { listing_id, portal_id: feed === undefined ? await portalOf(portal.trim(), portals) : feed.source.portal_id ?? null, closed_as, zone: feed?.source.zone ?? null }
      const body = { name: name.trim(), source, every_minutes: Number(every_minutes), active: feed?.active ?? true }
      if (feed === undefined) await api.post('/feeds', { key, body: { ...body, url: url.trim() } })
      else await api.put('/feeds/{id}', { path: { id: feed.id }, version: feed.version, body: { ...body, url: url.trim() || null } })
    },
    onSent: () => {
      void queries.invalidateQueries({ queryKey: KEY })
      void queries.invalidateQueries({ queryKey: portalsQuery.queryKey })
      onClose()
    },
  })
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <FormProblem problem={problem} />
        <TextInput label={t('feeds.name')} required data-autofocus {...form.getInputProps('name')} />
        <TextInput
          label={t('feeds.url')}
          description={t(feed === undefined ? 'feeds.urlText' : 'feeds.urlKept')}
          type="url"
          required={feed === undefined}
          {...form.getInputProps('url')}
        />
        <Select
          label={t('feeds.listing')}
          clearable
          searchable
          data={(listings.data ?? []).filter((each) => !each.archived || each.id === feed?.source.listing_id).map(({ id, name }) => ({ value: id, label: name }))}
          {...form.getInputProps('listing_id')}
        />
        <Autocomplete
          label={t('feeds.portal')}
          description={t(feed === undefined ? 'feeds.portalText' : 'feeds.portalKept')}
          disabled={feed !== undefined}
          data={namesOf(portals)}
          {...form.getInputProps('portal')}
        />
        <Select
          label={t('feeds.closed')}
          description={t('feeds.closedText')}
          allowDeselect={false}
          data={(['blocks', 'stays'] as const).map((value) => ({ value, label: t(`feeds.closedAs.${value}`) }))}
          {...form.getInputProps('closed_as')}
        />
        <NumberInput label={t('feeds.every')} min={15} max={1440} required {...form.getInputProps('every_minutes')} />
        <FormButtons sending={sending} onCancel={onClose} text={t('ui.save')} />
      </Stack>
    </form>
  )
}

/** The portal of that name; one that is new is made. */
async function portalOf(name: string, known: readonly Portal[]): Promise<string | null> {
  if (name === '') return null
  const found = known.find((each) => each.name.toLowerCase() === name.toLowerCase())
  return (found ?? (await api.post('/portals', { key: newKey(), body: { name } }))).id
}
