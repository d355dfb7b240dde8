import { Alert, Checkbox, Fieldset, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Channel, newKey } from '@/api'
import { connectionsQuery } from '@/queries'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import section from '@/ui/section.module.css'

import { Advanced, Http, Smpp } from './carrier-fields'
import type { Connection } from './channels'
import { type Part, Secret } from './connection-part'
import { bodyOf, fieldOf, KINDS_OF, type Values, valuesOf } from './connection-values'

interface ConnectionFormProps {
  channel: Channel
  /** What is changed; a new one is made where none is given. */
  connection?: Connection
  onClose: () => void
}

/** A mailbox, a number or a carrier, to be connected or changed. Secrets are written, never read. */
export function ConnectionForm({ channel, connection, onClose }: ConnectionFormProps) {
  const queries = useQueryClient()
  const [key] = useState(newKey)
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: valuesOf(channel, connection),
    send: (values) => {
      const body = bodyOf(channel, values, connection)
      return connection === undefined
        ? api.post('/connections', { key, body })
        : api.put('/connections/{id}', { path: { id: connection.id }, version: connection.version, body })
    },
    onSent: () => {
      void queries.invalidateQueries({ queryKey: connectionsQuery.queryKey })
      onClose()
    },
    fieldOf,
  })
  const { kind } = form.values
  const part = { form, kept: connection !== undefined }
  const title = connection === undefined ? t(`settings.channels.new.${channel}`) : t('settings.channels.changeOf', { label: connection.details.label })
  return (
    <Dialogue onClose={onClose} size="lg" title={title}>
      <form onSubmit={submit} autoComplete="off">
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" className={section.fields}>
            <TextInput label={t('settings.field.label')} required data-autofocus {...form.getInputProps('label')} />
            <TextInput label={t(`settings.field.address.${channel}`)} required {...form.getInputProps('address')} />
            <Select
              label={t('settings.field.kind')}
              allowDeselect={false}
              data={KINDS_OF[channel].map((value) => ({ value, label: t(`settings.kind.${value}`) }))}
              {...form.getInputProps('kind')}
            />
          </SimpleGrid>
          {channel === 'email' && kind !== 'sandbox' && <MailServers {...part} />}
          {kind === 'cloud' && <Cloud {...part} />}
          {kind === 'smpp' && <Smpp {...part} />}
          {kind === 'http' && <Http {...part} />}
          {kind === 'linked' && <Alert p="xs">{t('settings.link.after')}</Alert>}
          <Checkbox label={t('settings.field.default')} {...form.getInputProps('default', { type: 'checkbox' })} />
          {channel === 'sms' && <Advanced form={form} />}
          <FormButtons sending={sending} onCancel={onClose} text={t('ui.save')} />
        </Stack>
      </form>
    </Dialogue>
  )
}

function MailServers({ form, kept }: Part) {
  return (
    <>
      {(['smtp', 'imap'] as const).map((server) => (
        <Fieldset key={server} legend={t(`settings.field.${server}`)}>
          <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
            <TextInput label={t('settings.field.host')} {...form.getInputProps(`${server}.host`)} />
            <NumberInput label={t('settings.field.port')} min={1} max={65535} hideControls {...form.getInputProps(`${server}.port`)} />
            <Select
              label={t('settings.field.security')}
              allowDeselect={false}
              data={[
                { value: 'tls', label: 'TLS' },
                { value: 'starttls', label: 'STARTTLS' },
                { value: 'none', label: t('settings.field.noSecurity') },
              ]}
              {...form.getInputProps(`${server}.security`)}
            />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" mt="sm">
            <TextInput label={t('settings.field.username')} autoComplete="off" {...form.getInputProps(`${server}.username`)} />
            {form.values.kind === 'password' && <Secret form={form} kept={kept} name={`${server}.password`} label={t('settings.field.password')} />}
          </SimpleGrid>
        </Fieldset>
      ))}
      {form.values.kind !== 'password' && <Secret form={form} kept={kept} name="oauth_refresh_token" label={t('settings.field.refreshToken')} />}
    </>
  )
}

function Cloud({ form, kept }: Part) {
  return (
    <Fieldset legend={t('settings.field.cloud')}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput label={t('settings.field.phoneNumberId')} required {...form.getInputProps('cloud.phone_number_id')} />
        <TextInput label={t('settings.field.businessAccountId')} required {...form.getInputProps('cloud.business_account_id')} />
        <Secret form={form} kept={kept} name="cloud.access_token" label={t('settings.field.accessToken')} />
        <Secret form={form} kept={kept} name="cloud.app_secret" label={t('settings.field.appSecret')} />
        <Secret form={form} kept={kept} name="cloud.verify_token" label={t('settings.field.verifyToken')} />
      </SimpleGrid>
    </Fieldset>
  )
}
