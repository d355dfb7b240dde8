import { Autocomplete, Checkbox, Group, MultiSelect, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core'

import type { Organisation as Found, StaffRole } from '@/api'
import { t } from '@/texts'
import { FormProblem, SaveButton, useProblemForm } from '@/ui/form'
import { Heading } from '@/ui/heading'
import { Loaded } from '@/ui/states'
import section from '@/ui/section.module.css'

import { History } from './history'
import { useOrganisation, useSettle } from './settle'

const ROLES: readonly StaffRole[] = ['owner', 'admin', 'supervisor', 'user']

// The values of a form have an index signature, which an interface has not.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type Values = {
  zone: string
  language: string
  currency: string
  notification_address: string
  undo_seconds: number | string
  track_opens: boolean
  track_clicks: boolean
  second_factor_roles: StaffRole[]
  quiet: boolean
  begins: string
  ends: string
}

/** Where the organisation is at home, and the rules that hold for all its messages. */
export default function Organisation() {
  const organisation = useOrganisation()
  return (
    <section>
      <Heading title={t('settings.section.organisation')} text={t('settings.organisation.text')}>
        <History />
      </Heading>
      <Loaded query={organisation}>{(found) => <Form key={found.version} organisation={found} />}</Loaded>
    </section>
  )
}

function Form({ organisation: { settings, version } }: { organisation: Found }) {
  const settle = useSettle(version, settings)
  const { quiet_hours } = settings
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: {
      zone: settings.zone,
      language: settings.language,
      currency: settings.currency,
      notification_address: settings.notification_address ?? '',
      undo_seconds: settings.undo_seconds ?? 10,
      track_opens: settings.track_opens ?? true,
      track_clicks: settings.track_clicks ?? true,
      second_factor_roles: settings.second_factor_roles ?? [],
      quiet: quiet_hours != null,
      begins: quiet_hours?.begins?.slice(0, 5) ?? '20:00',
      ends: quiet_hours?.ends?.slice(0, 5) ?? '09:00',
    },
    send: ({ quiet, begins, ends, notification_address, undo_seconds, currency, ...rest }) =>
      settle.mutateAsync({
        ...rest,
        currency: currency.trim().toUpperCase(),
        undo_seconds: Number(undo_seconds),
        notification_address: notification_address.trim() || null,
        quiet_hours: quiet ? { ...quiet_hours, begins: `${begins}:00`, ends: `${ends}:00` } : null,
      }),
    fieldOf: (field) => field.replace(/^settings\./, '').replace(/^quiet_hours\./, ''),
  })
  return (
    <form onSubmit={submit} className={section.card}>
      <Stack gap="md">
        <FormProblem problem={problem} />
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} className={section.fields}>
          <Select label={t('settings.organisation.zone')} searchable allowDeselect={false} data={Intl.supportedValuesOf('timeZone')} {...form.getInputProps('zone')} />
          <Autocomplete label={t('settings.organisation.language')} required data={['en', 'es', 'de', 'fr', 'it', 'pt', 'pt-BR']} {...form.getInputProps('language')} />
          <Autocomplete label={t('settings.organisation.currency')} required data={['EUR', 'USD', 'GBP', 'CHF', 'BRL', 'MXN']} {...form.getInputProps('currency')} />
          <TextInput
            label={t('settings.organisation.notify')}
            description={t('settings.organisation.notifyText')}
            type="email"
            {...form.getInputProps('notification_address')}
          />
          <NumberInput
            label={t('settings.organisation.undo')}
            description={t('settings.organisation.undoText')}
            min={0}
            max={60}
            {...form.getInputProps('undo_seconds')}
          />
          <MultiSelect
            label={t('settings.organisation.factor')}
            description={t('settings.organisation.factorText')}
            data={ROLES.map((value) => ({ value, label: t(`shell.role.${value}`) }))}
            {...form.getInputProps('second_factor_roles')}
          />
        </SimpleGrid>
        <Group gap="lg">
          <Checkbox label={t('settings.organisation.opens')} {...form.getInputProps('track_opens', { type: 'checkbox' })} />
          <Checkbox label={t('settings.organisation.clicks')} {...form.getInputProps('track_clicks', { type: 'checkbox' })} />
        </Group>
        <Group gap="sm" align="flex-end">
          <Checkbox mb={8} label={t('settings.organisation.quiet')} {...form.getInputProps('quiet', { type: 'checkbox' })} />
          <TextInput type="time" w={140} label={t('settings.organisation.from')} disabled={!form.values.quiet} {...form.getInputProps('begins')} />
          <TextInput type="time" w={140} label={t('settings.organisation.until')} disabled={!form.values.quiet} {...form.getInputProps('ends')} />
        </Group>
        <SaveButton sending={sending} dirty={form.isDirty()} />
      </Stack>
    </form>
  )
}
