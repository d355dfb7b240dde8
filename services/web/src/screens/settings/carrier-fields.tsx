import { Checkbox, Fieldset, NumberInput, Select, SimpleGrid, Stack, TagsInput, TextInput } from '@mantine/core'

import { t } from '@/texts'
import { Fold } from '@/ui/fold'

import { type Part, Secret } from './connection-part'

const DIRECTIONS = ['transceiver', 'transmitter', 'receiver'] as const
const JOININGS = ['header', 'parameters', 'payload'] as const
const ALPHABETS = ['gsm', 'latin_1'] as const
const ID_RULES = ['as_is', 'answer_hex', 'receipt_hex'] as const

/** Below the field stands what it is for, so that fields beside each other begin on one line. */
const BELOW = { inputWrapperOrder: ['label', 'input', 'description', 'error'] satisfies ('label' | 'input' | 'description' | 'error')[] }
const TICK = { type: 'checkbox' } as const

export function Smpp({ form, kept }: Part) {
  return (
    <Fieldset legend={t('settings.kind.smpp')}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput label={t('settings.field.host')} required {...form.getInputProps('smpp.host')} />
        <NumberInput label={t('settings.field.port')} required min={1} max={65535} hideControls {...form.getInputProps('smpp.port')} />
        <TextInput label={t('settings.field.systemId')} required maxLength={15} {...form.getInputProps('smpp.system_id')} />
        <Secret form={form} kept={kept} name="smpp.password" label={t('settings.field.password')} maxLength={8} />
      </SimpleGrid>
      <Checkbox mt="sm" label={t('settings.field.tls')} {...form.getInputProps('smpp.tls', TICK)} />
    </Fieldset>
  )
}

export function Http({ form, kept }: Part) {
  return (
    <Fieldset legend={t('settings.kind.http')}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput label={t('settings.field.account')} required {...form.getInputProps('http.account')} />
        <Secret form={form} kept={kept} name="http.token" label={t('settings.field.token')} />
        <TextInput label={t('settings.field.baseUrl')} {...form.getInputProps('http.base_url')} />
        <TextInput label={t('settings.carrier.messagingService')} description={t('settings.carrier.messagingServiceText')} {...BELOW} {...form.getInputProps('http.messaging_service')} />
      </SimpleGrid>
    </Fieldset>
  )
}

/** What most leave as it is. It opens by itself where the API has something against what is in it. */
export function Advanced({ form }: Pick<Part, 'form'>) {
  const { kind } = form.values
  const inside = kind === 'smpp' ? SMPP_INSIDE : kind === 'http' ? HTTP_INSIDE : TEXTS_INSIDE
  return (
    <Fold title={t('settings.carrier.advanced')} wrong={inside.some((name) => name in form.errors)}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <NumberInput label={t('settings.carrier.validity')} description={t('settings.carrier.validityText')} {...BELOW} min={1} max={168} allowDecimal={false} {...form.getInputProps('validity_hours')} />
          <TagsInput label={t('settings.carrier.stopWords')} description={t('settings.carrier.stopWordsText')} {...BELOW} maxTags={20} {...form.getInputProps('stop_words')} />
          {kind === 'smpp' && <SmppPace form={form} />}
          {kind === 'http' && <HttpPace form={form} />}
          {kind === 'smpp' && <SmppRules form={form} />}
        </SimpleGrid>
        <Checkbox label={t('settings.carrier.plain')} description={t('settings.carrier.plainText')} {...form.getInputProps('plain', TICK)} />
        {kind === 'smpp' && <Checkbox label={t('settings.carrier.longReference')} description={t('settings.carrier.longReferenceText')} {...form.getInputProps('smpp.long_reference', TICK)} />}
      </Stack>
    </Fold>
  )
}

const TEXTS_INSIDE = ['validity_hours', 'stop_words', 'plain']
const HTTP_INSIDE = [...TEXTS_INSIDE, 'http.at_once', 'http.per_second']
const SMPP_INSIDE = [
  ...TEXTS_INSIDE,
  ...['window', 'per_second', 'direction', 'system_type', 'joining', 'alphabet', 'id_rule', 'long_reference'].map((name) => `smpp.${name}`),
]

function SmppPace({ form }: Pick<Part, 'form'>) {
  return (
    <>
      <NumberInput label={t('settings.carrier.perSecond')} description={t('settings.carrier.perSecondText')} {...BELOW} min={0.1} max={5000} {...form.getInputProps('smpp.per_second')} />
      <NumberInput label={t('settings.carrier.window')} description={t('settings.carrier.windowText')} {...BELOW} min={1} max={200} allowDecimal={false} {...form.getInputProps('smpp.window')} />
    </>
  )
}

function HttpPace({ form }: Pick<Part, 'form'>) {
  return (
    <>
      <NumberInput label={t('settings.carrier.perSecond')} description={t('settings.carrier.perSecondText')} {...BELOW} min={0.1} max={1000} {...form.getInputProps('http.per_second')} />
      <NumberInput label={t('settings.carrier.atOnce')} description={t('settings.carrier.atOnceText')} {...BELOW} min={1} max={50} allowDecimal={false} {...form.getInputProps('http.at_once')} />
    </>
  )
}

function SmppRules({ form }: Pick<Part, 'form'>) {
  return (
    <>
      <Select
        label={t('settings.carrier.direction')} description={t('settings.carrier.directionText')} {...BELOW}
        allowDeselect={false}
        data={DIRECTIONS.map((value) => ({ value, label: t(`settings.carrier.directions.${value}`) }))}
        {...form.getInputProps('smpp.direction')}
      />
      <TextInput label={t('settings.carrier.systemType')} description={t('settings.carrier.systemTypeText')} {...BELOW} maxLength={12} {...form.getInputProps('smpp.system_type')} />
      <Select
        label={t('settings.carrier.joining')} description={t('settings.carrier.joiningText')} {...BELOW}
        allowDeselect={false}
        data={JOININGS.map((value) => ({ value, label: t(`settings.carrier.joinings.${value}`) }))}
        {...form.getInputProps('smpp.joining')}
      />
      <Select
        label={t('settings.carrier.alphabet')} description={t('settings.carrier.alphabetText')} {...BELOW}
        allowDeselect={false}
        data={ALPHABETS.map((value) => ({ value, label: t(`settings.carrier.alphabets.${value}`) }))}
        {...form.getInputProps('smpp.alphabet')}
      />
      <Select
        label={t('settings.carrier.idRule')} description={t('settings.carrier.idRuleText')} {...BELOW}
        allowDeselect={false}
        data={ID_RULES.map((value) => ({ value, label: t(`settings.carrier.idRules.${value}`) }))}
        {...form.getInputProps('smpp.id_rule')}
      />
    </>
  )
}
