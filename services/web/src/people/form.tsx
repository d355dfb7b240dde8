import { Checkbox, Select, SimpleGrid, Stack, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Contact, type ContactKind, newKey } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'

import { among, CHANNELS, KINDS } from './words'

// The values of a form have an index signature, which an interface has not.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type Values = {
  name: string
  kind: ContactKind
  is_company: boolean
  company: string
  position: string
  language: string
  zone: string
  channel: string | null
  tags: string[]
  notes: string
  email: string
  phone: string
}

interface PersonFormProps {
  /** Who is changed; a new contact is made where none is given. */
  contact?: Contact
  onDone: (contact: Contact) => void
  onClose: () => void
}

/** Who somebody is, to be written down or changed. Addresses are asked of new contacts only. */
export function PersonForm({ contact, onDone, onClose }: PersonFormProps) {
  const { data: tags = [] } = useQuery({ queryKey: ['contacts', 'tags'], queryFn: ({ signal }) => api.get('/contacts/tags', { signal }) })
  const [key] = useState(newKey)
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: valuesOf(contact),
    send: async (values) => onDone(await (contact === undefined ? create(values, key) : update(contact, values))),
    fieldOf: (field) => ({ 'identities.0.value': 'email', 'identities.1.value': 'phone' })[field] ?? field,
  })
  const title = contact === undefined ? t('people.new') : t('people.change', { name: contact.name })
  return (
    <Dialogue onClose={onClose} title={title} size="lg">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput label={t('people.name')} required data-autofocus {...form.getInputProps('name')} />
            <Select
              label={t('people.kindLabel')}
              allowDeselect={false}
              data={KINDS.map((value) => ({ value, label: t(`people.kind.${value}`) }))}
              {...form.getInputProps('kind')}
            />
            {contact === undefined && (
              <>
                <TextInput label={t('people.scheme.email')} type="email" {...form.getInputProps('email')} />
                <TextInput label={t('people.scheme.phone')} type="tel" placeholder="+351 912 000 001" {...form.getInputProps('phone')} />
              </>
            )}
            {!form.values.is_company && (
              <>
                <TextInput label={t('people.company')} {...form.getInputProps('company')} />
                <TextInput label={t('people.position')} {...form.getInputProps('position')} />
              </>
            )}
            <TextInput label={t('people.language')} description={t('people.languageText')} {...form.getInputProps('language')} />
            <Select
              label={t('people.zone')}
              description={t('people.zoneText')}
              searchable
              clearable
              data={Intl.supportedValuesOf('timeZone')}
              {...form.getInputProps('zone')}
              // Empty it is no choice, and has nothing to be cleared.
              value={form.values.zone || null}
            />
            <Select
              label={t('people.channel')}
              clearable
              placeholder={t('people.noChannel')}
              data={CHANNELS.map((value) => ({ value, label: t(`ui.channel.${value}`) }))}
              {...form.getInputProps('channel')}
            />
            <TagsInput label={t('people.tags')} data={tags.map((each) => each.tag)} {...form.getInputProps('tags')} />
          </SimpleGrid>
          <Checkbox label={t('people.isCompany')} {...form.getInputProps('is_company', { type: 'checkbox' })} />
          <Textarea label={t('people.remarks')} autosize minRows={2} maxRows={8} {...form.getInputProps('notes')} />
          <FormButtons sending={sending} onCancel={onClose} text={t('ui.save')} />
        </Stack>
      </form>
    </Dialogue>
  )
}

function valuesOf(contact: Contact | undefined): Values {
  return {
    name: contact?.name ?? '',
    kind: contact?.kind ?? 'traveller',
    is_company: contact?.is_company ?? false,
    company: contact?.company ?? '',
    position: contact?.position ?? '',
    language: contact?.language ?? '',
    zone: contact?.zone ?? '',
    channel: contact?.channel ?? null,
    tags: contact?.tags ?? [],
    notes: contact?.notes ?? '',
    email: '',
    phone: '',
  }
}

function shared({ name, kind, is_company, company, position, tags, notes, language, zone, channel }: Values) {
  return {
    name: name.trim(),
    kind,
    is_company,
    company: company.trim(),
    position: position.trim(),
    tags,
    notes,
    language: language.trim() || null,
    zone: zone || null,
    channel: among(CHANNELS, channel) ?? null,
  }
}

function create(values: Values, key: string): Promise<Contact> {
  const identities = [
    { scheme: 'email' as const, value: values.email.trim() },
    { scheme: 'phone' as const, value: values.phone.trim() },
  ].filter((each) => each.value !== '')
  return api.post('/contacts', { key, body: { ...shared(values), identities } })
}

function update({ id, version }: Contact, values: Values): Promise<Contact> {
  const body = shared(values)
  // Null leaves what is there; what is to be gone is named.
  const clear = (['language', 'zone', 'channel'] as const).filter((each) => body[each] === null)
  return api.patch('/contacts/{id}', { path: { id }, version, body: { ...body, clear } })
}
