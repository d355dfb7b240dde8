import { ActionIcon, Badge, Button, Group, SegmentedControl, Select, Stack, Text, Textarea, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Consent, type Contact } from '@/api'
import { among, CHANNELS, CONSENTS } from '@/people/words'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { IconBan, IconCheck, IconPlus } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Loaded } from '@/ui/states'

import { Section } from './section'

/** What somebody allowed or forbade, and how it was said. */
export function Consents({ contact, mayEdit }: { contact: Contact; mayEdit: boolean }) {
  const { consents = [] } = contact
  const [open, setOpen] = useState<'new' | 'history'>()
  return (
    <Section
      title={t('contact.consents')}
      action={
        <Group gap={4}>
          <Button size="compact-xs" variant="subtle" onClick={() => setOpen('history')}>
            {t('contact.history')}
          </Button>
          {mayEdit && (
            <Tooltip label={t('contact.record')}>
              <ActionIcon size={24} variant="subtle" aria-label={t('contact.record')} onClick={() => setOpen('new')}>
                <IconPlus size={16} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      }
    >
      {consents.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('contact.noConsents')}
        </Text>
      ) : (
        consents.map((each) => <Row key={`${each.kind} ${each.channel}`} consent={each} />)
      )}
      {open === 'new' && <Recording contactId={contact.id} onClose={() => setOpen(undefined)} />}
      {open === 'history' && <History contactId={contact.id} onClose={() => setOpen(undefined)} />}
    </Section>
  )
}

function aboutOf({ kind, channel }: Consent): string {
  const what = kind === null ? t('contact.allKinds') : t(`people.consent.${kind}`)
  return channel === null ? what : t('contact.by', { what, channel: t(`ui.channel.${channel}`) })
}

function Row({ consent }: { consent: Consent }) {
  const Sign = consent.allowed ? IconCheck : IconBan
  return (
    <Group gap={8} wrap="nowrap">
      <Badge size="sm" color={consent.allowed ? 'tide' : 'red'} leftSection={<Sign size={12} />}>
        {consent.allowed ? t('contact.allowed') : t('contact.forbidden')}
      </Badge>
      <Text size="sm" truncate flex={1} title={aboutOf(consent)}>
        {aboutOf(consent)}
      </Text>
      <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
        {t(`contact.source.${consent.source}`)} · <Moment at={consent.at} />
      </Text>
    </Group>
  )
}

// The values of a form have an index signature, which an interface has not.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type Values = { allowed: 'yes' | 'no'; kind: string | null; channel: string | null; source: 'person' | 'form'; note: string }

function Recording({ contactId, onClose }: { contactId: string; onClose: () => void }) {
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: { allowed: 'no', kind: null, channel: null, source: 'person', note: '' },
    send: ({ allowed, kind, channel, source, note }) =>
      api.post('/contacts/{contact_id}/consents', {
        path: { contact_id: contactId },
        body: { allowed: allowed === 'yes', kind: among(CONSENTS, kind) ?? null, channel: among(CHANNELS, channel) ?? null, source, note },
      }),
    onSent: onClose,
  })
  return (
    <Dialogue onClose={onClose} title={t('contact.record')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <SegmentedControl
            aria-label={t('contact.decision')}
            fullWidth
            data={[
              { value: 'yes', label: t('contact.allowed') },
              { value: 'no', label: t('contact.forbidden') },
            ]}
            {...form.getInputProps('allowed')}
          />
          <Select
            label={t('contact.what')}
            placeholder={t('contact.allKinds')}
            clearable
            data={CONSENTS.map((value) => ({ value, label: t(`people.consent.${value}`) }))}
            {...form.getInputProps('kind')}
          />
          <Select
            label={t('contact.onChannel')}
            placeholder={t('contact.allChannels')}
            clearable
            data={CHANNELS.map((value) => ({ value, label: t(`ui.channel.${value}`) }))}
            {...form.getInputProps('channel')}
          />
          <Select
            label={t('contact.said')}
            allowDeselect={false}
            data={(['person', 'form'] as const).map((value) => ({ value, label: t(`contact.source.${value}`) }))}
            {...form.getInputProps('source')}
          />
          <Textarea label={t('contact.remark')} autosize minRows={2} {...form.getInputProps('note')} />
          <FormButtons sending={sending} onCancel={onClose} text={t('ui.save')} />
        </Stack>
      </form>
    </Dialogue>
  )
}

function History({ contactId, onClose }: { contactId: string; onClose: () => void }) {
  const history = useQuery({
    queryKey: ['contacts', 'consents', contactId],
    queryFn: ({ signal }) => api.get('/contacts/{contact_id}/consents', { path: { contact_id: contactId }, signal }),
  })
  return (
    <Dialogue onClose={onClose} size="lg" title={t('contact.consentHistory')}>
      <Loaded query={history}>
        {(records) => (
          <Stack gap="sm">
            {records.length === 0 && <Text c="dimmed">{t('contact.noConsents')}</Text>}
            {records.map((each) => (
              <div key={each.recorded_at + aboutOf(each.consent)}>
                <Row consent={each.consent} />
                <Text size="xs" c="dimmed">
                  {t('contact.recorded', { name: each.recorded_by_name || t('contact.machine') })} <Moment at={each.recorded_at} />
                  {each.note !== '' && ` · ${each.note}`}
                </Text>
              </div>
            ))}
          </Stack>
        )}
      </Loaded>
    </Dialogue>
  )
}
