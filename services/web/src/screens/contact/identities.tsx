import { ActionIcon, Anchor, Badge, Button, Group, Select, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Contact, type Identity, type Scheme } from '@/api'
import { SCHEMES } from '@/people/words'
import { said, t } from '@/texts'
import { FormProblem, useProblemForm } from '@/ui/form'
import { IconBrandWhatsapp, IconMail, IconPhone, IconPlus, IconTrash } from '@/ui/icons'
import { toast } from '@/ui/toast'

import { Section } from './section'

const SIGNS = { email: IconMail, phone: IconPhone, whatsapp: IconBrandWhatsapp }
const COLOURS = { reached: 'tide', failing: 'yellow', failed: 'red', unknown: 'gray' }

/** Where somebody is reached; the first of a kind is the one that is written to. */
export function Identities({ contact, mayEdit }: { contact: Contact; mayEdit: boolean }) {
  const [adding, setAdding] = useState(false)
  return (
    <Section
      title={t('contact.identities')}
      action={
        mayEdit && (
          <Tooltip label={t('contact.addIdentity')}>
            <ActionIcon size={24} variant="subtle" aria-label={t('contact.addIdentity')} onClick={() => setAdding(!adding)}>
              <IconPlus size={16} />
            </ActionIcon>
          </Tooltip>
        )
      }
    >
      {contact.identities.length === 0 && !adding && (
        <Text size="sm" c="dimmed">
          {t('contact.noIdentities')}
        </Text>
      )}
      {contact.identities.map((each) => (
        <Row key={each.id} contact={contact} identity={each} mayEdit={mayEdit} />
      ))}
      {adding && <Adding contact={contact} onClose={() => setAdding(false)} />}
    </Section>
  )
}

function Row({ contact, identity, mayEdit }: { contact: Contact; identity: Identity; mayEdit: boolean }) {
  const { id, scheme, value, display, reachability = 'unknown', reason } = identity
  const Sign = SIGNS[scheme]
  const remove = useMutation({
    mutationFn: () => api.delete('/contacts/{id}/identities/{identity_id}', { path: { id: contact.id, identity_id: id } }),
    onSuccess: () => toast.done(t('contact.identityGone', { display })),
  })
  return (
    <Group gap={8} wrap="nowrap">
      <Sign size={16} stroke={1.6} role="img" aria-label={t(`people.scheme.${scheme}`)} style={{ flexShrink: 0 }} />
      <Text size="sm" truncate flex={1} title={display}>
        {scheme === 'whatsapp' ? display : (
          <Anchor inherit href={`${scheme === 'email' ? 'mailto' : 'tel'}:${value}`}>
            {display}
          </Anchor>
        )}
      </Text>
      {reachability !== 'unknown' && (
        <Tooltip label={reason ? said(reason) : t(`contact.reach.${reachability}`)}>
          <Badge size="xs" color={COLOURS[reachability]}>
            {t(`contact.reach.${reachability}`)}
          </Badge>
        </Tooltip>
      )}
      {mayEdit && (
        <ActionIcon
          size={24}
          variant="subtle"
          color="gray"
          loading={remove.isPending}
          aria-label={t('contact.removeIdentity', { display })}
          onClick={() => remove.mutate()}
        >
          <IconTrash size={14} />
        </ActionIcon>
      )}
    </Group>
  )
}

function Adding({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const { form, submit, sending, problem } = useProblemForm<{ scheme: Scheme; value: string }>({
    initialValues: { scheme: 'email', value: '' },
    send: ({ scheme, value }) => api.post('/contacts/{id}/identities', { path: { id: contact.id }, body: { scheme, value: value.trim() } }),
    onSent: onClose,
  })
  return (
    <form onSubmit={submit}>
      <Stack gap={6}>
        <FormProblem problem={problem} />
        <Group gap={6} wrap="nowrap" align="flex-start">
          <Select
            w={120}
            size="xs"
            aria-label={t('contact.scheme')}
            allowDeselect={false}
            data={SCHEMES.map((value) => ({ value, label: t(`people.scheme.${value}`) }))}
            {...form.getInputProps('scheme')}
          />
          <TextInput size="xs" flex={1} required aria-label={t('contact.address')} placeholder={t('contact.address')} {...form.getInputProps('value')} />
        </Group>
        <Group gap={6} justify="flex-end">
          <Button size="compact-sm" variant="default" onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button size="compact-sm" type="submit" loading={sending}>
            {t('contact.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
