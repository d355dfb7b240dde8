import { Anchor, ColorInput, Stack, Text, Textarea, TextInput } from '@mantine/core'

import type { Organisation } from '@/api'
import { useMe } from '@/queries'
import { t } from '@/texts'
import { FormProblem, SaveButton, useProblemForm } from '@/ui/form'
import { Heading } from '@/ui/heading'
import { Loaded } from '@/ui/states'
import section from '@/ui/section.module.css'

import { inkOn } from './ink'
import classes from './settings.module.css'
import { useOrganisation, useSettle } from './settle'

// The values of a form have an index signature, which an interface has not.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type Values = {
  name: string
  colour: string
  logo_url: string
  website: string
  address: string
  senderName: string
  reply_to: string
  signature: string
  footer: string
}

/** How mails and public pages look; what a mail will be like is seen beside while one types. */
export default function Branding() {
  const organisation = useOrganisation()
  return (
    <section>
      <Heading title={t('settings.section.branding')} text={t('settings.branding.text')} />
      <Loaded query={organisation}>{(found) => <Form key={found.version} organisation={found} />}</Loaded>
    </section>
  )
}

function Form({ organisation: { settings, version } }: { organisation: Organisation }) {
  const settle = useSettle(version, settings)
  const { branding, sender } = settings
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: {
      name: branding.name,
      colour: branding.colour ?? '#0f5c6e',
      logo_url: branding.logo_url ?? '',
      website: branding.website ?? '',
      address: (branding.address ?? []).join('\n'),
      senderName: sender?.name ?? '',
      reply_to: sender?.reply_to ?? '',
      signature: settings.signature ?? '',
      footer: settings.footer ?? '',
    },
    send: ({ name, colour, logo_url, website, address, senderName, reply_to, signature, footer }) =>
      settle.mutateAsync({
        branding: {
          name: name.trim(),
          colour,
          logo_url: logo_url.trim() || null,
          website: website.trim() || null,
          address: linesOf(address),
        },
        sender: { name: senderName.trim(), reply_to: reply_to.trim() || null },
        signature,
        footer,
      }),
    fieldOf: (field) => field.replace(/^settings\.(branding\.)?/, '').replace('sender.name', 'senderName').replace('sender.', ''),
  })
  return (
    <div className={classes.beside}>
      <form onSubmit={submit} className={section.card}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <TextInput label={t('settings.branding.name')} required {...form.getInputProps('name')} />
          <ColorInput label={t('settings.branding.colour')} format="hex" eyeDropperButtonProps={{ 'aria-label': t('settings.branding.pick') }} {...form.getInputProps('colour')} />
          <TextInput label={t('settings.branding.logo')} type="url" placeholder="https://" {...form.getInputProps('logo_url')} />
          <TextInput label={t('settings.branding.website')} type="url" placeholder="https://" {...form.getInputProps('website')} />
          <Textarea label={t('settings.branding.address')} autosize minRows={2} maxRows={6} {...form.getInputProps('address')} />
          <TextInput label={t('settings.branding.sender')} {...form.getInputProps('senderName')} />
          <TextInput label={t('settings.branding.replyTo')} type="email" {...form.getInputProps('reply_to')} />
          <Textarea label={t('settings.branding.signature')} description={t('settings.branding.signatureText')} autosize minRows={3} maxRows={10} {...form.getInputProps('signature')} />
          <Textarea label={t('settings.branding.footer')} autosize minRows={2} maxRows={8} {...form.getInputProps('footer')} />
          <SaveButton sending={sending} dirty={form.isDirty()} />
        </Stack>
      </form>
      <Letter values={form.values} />
    </div>
  )
}

function linesOf(text: string): string[] {
  return text.split('\n').map((each) => each.trim()).filter((each) => each !== '').slice(0, 6)
}

/** A mail as these values would dress it. Mail is read on white, in both schemes. */
function Letter({ values }: { values: Values }) {
  const { user } = useMe()
  const colour = /^#[0-9a-f]{6}$/i.test(values.colour) ? values.colour : '#0f5c6e'
  const from = values.senderName || values.name
  return (
    <Stack gap={6} component="section" aria-label={t('settings.branding.preview')}>
      <Text size="xs" c="dimmed">
        {t('settings.branding.preview')}: {from}
        {values.reply_to !== '' && ` · ${t('settings.branding.answersTo', { address: values.reply_to })}`}
      </Text>
      <div className={classes.letter}>
        <div className={classes.letterhead} style={{ background: colour, color: inkOn(colour) }}>
          <Text fw={700} size="lg">
            {values.name}
          </Text>
        </div>
        <Stack gap="sm" p="lg">
          <Text size="sm">{t('settings.branding.hello')}</Text>
          <Text size="sm">{t('settings.branding.body')}</Text>
          <Text size="sm" fw={600} style={{ color: colour }}>
            {t('settings.branding.link')}
          </Text>
          <Text size="sm">
            {t('settings.branding.greeting')}
            <br />
            {user.name}
          </Text>
          {(user.signature || values.signature) !== '' && (
            <Text size="sm" className={classes.words} c="#5c6d74">
              {user.signature || values.signature}
            </Text>
          )}
        </Stack>
        <Stack gap={2} px="lg" py="md" style={{ borderTop: '1px solid #e3e9eb' }}>
          {values.footer !== '' && (
            <Text size="xs" c="#5c6d74" className={classes.words}>
              {values.footer}
            </Text>
          )}
          <Text size="xs" c="#5c6d74">
            {[values.name, ...linesOf(values.address)].join(' · ')}
          </Text>
          {values.website !== '' && (
            <Anchor size="xs" c="#0f5c6e" component="span">
              {values.website}
            </Anchor>
          )}
        </Stack>
      </div>
    </Stack>
  )
}
