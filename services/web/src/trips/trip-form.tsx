import '@mantine/dates/styles.css'

import { Group, NumberInput, Select, SimpleGrid, Stack, TagsInput, Textarea, TextInput } from '@mantine/core'
import { DateInput } from '@mantine/dates'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Guest, type Itinerary, type ItineraryDetails, newKey } from '@/api'
import { useMe, usersQuery } from '@/queries'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'

import { ContactSelect } from './contact-select'
import { GuestsFields } from './guests-fields'
import { decimals, majorUnits, minorUnits } from './money'

// The values of a form have an index signature, which an interface has not.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type Values = {
  title: string
  start: string
  end: string
  zone: string
  listing_id: string | null
  price: number | string
  currency: string
  commission: number | string
  agent_id: string | undefined
  sales_agent_id: string | null
  language: string
  tags: string[]
  guests: Guest[]
  notes: string
}

interface TripFormProps {
  /** The one that is changed; a new inquiry is made where none is given. */
  trip?: Itinerary
  onDone: (trip: Itinerary) => void
  onClose: () => void
}

/** When, where, who, for how much: a trip to be made or changed. */
export function TripForm({ trip, onDone, onClose }: TripFormProps) {
  const { settings } = useMe().organisation
  // What was read last: somebody else may change it while the form is open.
  const [known, setKnown] = useState(trip)
  const [key] = useState(newKey)
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: valuesOf(trip?.details, settings),
    send: async (values) =>
      onDone(
        await (known === undefined
          ? api.post('/itineraries', { key, body: { details: detailsOf(values) } })
          : api.put('/itineraries/{id}', { path: { id: known.id }, version: known.version, body: { details: detailsOf(values, known.details) } })),
      ),
    reload: async () => {
      const now = await api.get('/itineraries/{id}', { path: { id: known?.id ?? '' } })
      setKnown(now)
      return valuesOf(now.details, settings)
    },
    fieldOf,
  })
  const { data: users = [] } = useQuery(usersQuery)
  const listings = useQuery({
    queryKey: ['listings', 'open'],
    queryFn: ({ signal }) => api.get('/listings', { query: { archived: false }, signal }),
  })
  const title = trip === undefined ? t('trips.form.newTrip') : t('trips.form.changeTrip', { reference: trip.reference })
  const { currency } = form.values
  const amount = { min: 0, hideControls: true, decimalScale: decimals(currency), fixedDecimalScale: true, thousandSeparator: ' ' }
  return (
    <Dialogue onClose={onClose} title={title} size="lg">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <TextInput label={t('trips.form.title')} required data-autofocus {...form.getInputProps('title')} />
          <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
            <DateInput label={t('trips.form.start')} required valueFormat="ddd D MMM YYYY" {...form.getInputProps('start')} />
            <DateInput label={t('trips.form.end')} required valueFormat="ddd D MMM YYYY" {...form.getInputProps('end')} />
            <Select label={t('trips.form.zone')} searchable allowDeselect={false} data={Intl.supportedValuesOf('timeZone')} {...form.getInputProps('zone')} />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <Group gap={8} wrap="nowrap" align="flex-start">
              <NumberInput label={t('trips.form.price')} flex={1} {...amount} {...form.getInputProps('price')} />
              <Select
                label={t('trips.form.currency')}
                w={92}
                searchable
                allowDeselect={false}
                data={Intl.supportedValuesOf('currency')}
                {...form.getInputProps('currency')}
              />
            </Group>
            <Select
              label={t('trips.form.listing')}
              searchable
              clearable
              data={listings.data?.map((each) => ({ value: each.id, label: each.name })) ?? []}
              {...form.getInputProps('listing_id')}
            />
          </SimpleGrid>
          <GuestsFields guests={form.values.guests} onChange={(guests) => form.setFieldValue('guests', guests)} errorOf={(place) => form.errors[`guests.${place}.name`]} />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <ContactSelect
              kind="agent"
              label={t('trips.form.agent')}
              placeholder={t('trips.form.noAgent')}
              value={form.values.agent_id}
              onChange={(agent) => form.setFieldValue('agent_id', agent)}
              error={form.errors.agent_id}
            />
            <NumberInput label={t('trips.form.commission', { currency })} {...amount} {...form.getInputProps('commission')} />
            <Select
              label={t('trips.form.seller')}
              clearable
              data={users.map((each) => ({ value: each.id, label: each.name }))}
              {...form.getInputProps('sales_agent_id')}
            />
            <TextInput label={t('trips.form.language')} description={t('people.languageText')} inputWrapperOrder={['label', 'input', 'description', 'error']} {...form.getInputProps('language')} />
          </SimpleGrid>
          <TagsInput label={t('trips.form.tags')} {...form.getInputProps('tags')} />
          <Textarea label={t('trips.form.notes')} description={t('trips.form.tripNotesText')} autosize minRows={2} maxRows={8} {...form.getInputProps('notes')} />
          <FormButtons sending={sending} onCancel={onClose} text={trip === undefined ? t('trips.form.make') : t('ui.save')} />
        </Stack>
      </form>
    </Dialogue>
  )
}

/** `details.guests[0].name` is `guests.0.name` in the form, and an amount is its field. */
export function fieldOf(field: string): string {
  const name = field.replace(/^details\./, '').replaceAll(/\[(\d+)\]/g, '.$1')
  if (name === 'price.currency') return 'currency'
  return /^(price|commission)\./.exec(name)?.[1] ?? name
}

function valuesOf(details: ItineraryDetails | undefined, home: { zone: string; currency: string }): Values {
  const currency = details?.price?.currency ?? home.currency
  return {
    title: details?.title ?? '',
    start: details?.start ?? '',
    end: details?.end ?? '',
    zone: details?.zone ?? home.zone,
    listing_id: details?.listing_id ?? null,
    price: details?.price == null ? '' : majorUnits(details.price.amount, currency),
    currency,
    commission: details?.commission == null ? '' : majorUnits(details.commission.amount, currency),
    agent_id: details?.agent_id ?? undefined,
    sales_agent_id: details?.sales_agent_id ?? null,
    language: details?.language ?? '',
    tags: details?.tags ?? [],
    guests: details?.guests ?? [],
    notes: details?.notes ?? '',
  }
}

function detailsOf({ price, commission, currency, language, agent_id, ...values }: Values, known?: ItineraryDetails): ItineraryDetails {
  const money = (amount: number | string) => (amount === '' ? null : { amount: minorUnits(Number(amount), currency), currency })
  return {
    ...known,
    ...values,
    title: values.title.trim(),
    price: money(price),
    commission: money(commission),
    language: language.trim() || null,
    agent_id: agent_id ?? null,
  }
}
