import '@mantine/dates/styles.css'

import { NumberInput, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core'
import { DateInput, TimeInput } from '@mantine/dates'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Service, type ServiceDetails } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'

import { ContactSelect } from './contact-select'
import { KINDS, type ServiceKind } from './kinds'

// The values of a form have an index signature, which an interface has not.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type Values = {
  kind: ServiceKind
  name: string
  date: string
  time: string
  duration: number | string
  zone: string
  pax: number | string
  place: string
  address: string
  supplier_id: string | undefined
  supplier_name: string
  description: string
  requirements: string
  notes: string
}

interface ServiceFormProps {
  itineraryId: string
  /** The one that is changed; a new one is planned where none is given. */
  service?: Service
  /** When and where a new one probably is. */
  likely?: Pick<ServiceDetails, 'date' | 'zone' | 'pax'>
  onClose: () => void
}

/** What a service is, when, where, by whom and for how many: to be planned or changed. */
export function ServiceForm({ itineraryId, service, likely, onClose }: ServiceFormProps) {
  const queries = useQueryClient()
  const [id] = useState(() => crypto.randomUUID())
  // What was read last: somebody else may change it while the form is open.
  const [known, setKnown] = useState(service)
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: valuesOf(service?.details ?? likely),
    send: (values) =>
      known === undefined
        ? api.post('/itineraries/{itinerary_id}/services', { path: { itinerary_id: itineraryId }, body: { details: detailsOf(values), id } })
        : api.put('/services/{id}', { path: { id: known.id }, version: known.version, body: { details: detailsOf(values, known.details) } }),
    onSent: () => {
      void queries.invalidateQueries({ queryKey: ['itineraries'] })
      void queries.invalidateQueries({ queryKey: ['concierge'] })
      onClose()
    },
    reload: async () => {
      const { services } = await api.get('/itineraries/{id}', { path: { id: itineraryId } })
      const now = services.find((each) => each.id === known?.id)
      setKnown(now)
      return valuesOf(now?.details ?? likely)
    },
    fieldOf: (field) => field.replace(/^details\./, ''),
  })
  const title = service === undefined ? t('trips.form.new') : t('trips.form.change', { name: service.details.name })
  return (
    <Dialogue onClose={onClose} title={title} size="lg">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput label={t('trips.form.name')} required data-autofocus {...form.getInputProps('name')} />
            <Select
              label={t('trips.form.kind')}
              allowDeselect={false}
              data={KINDS.map((value) => ({ value, label: t(`trips.kind.${value}`) }))}
              {...form.getInputProps('kind')}
            />
            <DateInput label={t('trips.form.date')} required valueFormat="ddd D MMM YYYY" {...form.getInputProps('date')} />
            <Select
              label={t('trips.form.zone')}
              description={t('trips.form.zoneText')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              searchable
              allowDeselect={false}
              data={Intl.supportedValuesOf('timeZone')}
              {...form.getInputProps('zone')}
            />
            <TimeInput
              label={t('trips.form.time')}
              description={t('trips.form.timeText')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              {...form.getInputProps('time')}
            />
            <NumberInput label={t('trips.form.duration')} min={0} step={15} allowDecimal={false} {...form.getInputProps('duration')} />
            <ContactSelect
              kind="supplier"
              label={t('trips.detail.supplier')}
              placeholder={t('trips.noSupplier')}
              value={form.values.supplier_id}
              onChange={(supplier_id, supplier_name) => form.setValues({ supplier_id, supplier_name })}
              error={form.errors.supplier_id}
            />
            <NumberInput label={t('trips.detail.pax')} required min={1} max={10_000} allowDecimal={false} {...form.getInputProps('pax')} />
            <TextInput label={t('trips.detail.place')} {...form.getInputProps('place')} />
            <TextInput label={t('trips.detail.address')} {...form.getInputProps('address')} />
          </SimpleGrid>
          <Textarea label={t('trips.detail.description')} description={t('trips.form.descriptionText')} autosize minRows={2} maxRows={8} {...form.getInputProps('description')} />
          <Textarea label={t('trips.detail.requirements')} description={t('trips.form.requirementsText')} autosize minRows={1} maxRows={8} {...form.getInputProps('requirements')} />
          <Textarea label={t('trips.detail.notes')} description={t('trips.form.notesText')} autosize minRows={1} maxRows={8} {...form.getInputProps('notes')} />
          <FormButtons sending={sending} onCancel={onClose} text={service === undefined ? t('trips.form.add') : t('ui.save')} />
        </Stack>
      </form>
    </Dialogue>
  )
}

function valuesOf(details: Partial<ServiceDetails> | undefined): Values {
  return {
    kind: details?.kind ?? 'transfer',
    name: details?.name ?? '',
    date: details?.date ?? '',
    time: details?.time?.slice(0, 5) ?? '',
    duration: details?.duration ?? '',
    zone: details?.zone ?? 'UTC',
    pax: details?.pax ?? 1,
    place: details?.place ?? '',
    address: details?.address ?? '',
    supplier_id: details?.supplier_id ?? undefined,
    supplier_name: details?.supplier_name ?? '',
    description: details?.description ?? '',
    requirements: details?.requirements ?? '',
    notes: details?.notes ?? '',
  }
}

/** What is kept of them; how the service stands is no matter of the form. */
function detailsOf({ time, duration, pax, supplier_id, ...values }: Values, known?: ServiceDetails): ServiceDetails {
  return {
    ...known,
    ...values,
    name: values.name.trim(),
    time: time === '' ? null : `${time}:00`,
    duration: duration === '' ? null : Number(duration),
    pax: Number(pax),
    supplier_id: supplier_id ?? null,
  }
}
