import '@mantine/dates/styles.css'

import { Badge, Button, Group, NumberInput, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { DateInput } from '@mantine/dates'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Itinerary, newKey, type Payment } from '@/api'
import { useMay } from '@/queries'
import { t, tv } from '@/texts'
import { dateIn, money, plainDay } from '@/time'
import { decimals, minorUnits } from '@/trips/money'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { IconPlus } from '@/ui/icons'
import { Empty } from '@/ui/states'

import classes from './itinerary.module.css'

/** What is asked, what came, and what is due. */
export function Payments({ trip }: { trip: Itinerary }) {
  const [entering, setEntering] = useState(false)
  const mayRecord = useMay('RECORD_PAYMENTS')
  const { instalments = [], payments = [], balances = [] } = trip
  return (
    <Stack>
      {mayRecord && (
        <Group justify="flex-end">
          <Button size="xs" leftSection={<IconPlus size={16} />} onClick={() => setEntering(true)}>
            {t('itinerary.payment.record')}
          </Button>
        </Group>
      )}
      {balances.map((each) => (
        <Group key={each.currency} gap="xl" className={classes.card} p="md">
          <Sum name={t('itinerary.payment.asked')} amount={each.asked} currency={each.currency} />
          <Sum name={t('itinerary.payment.received')} amount={each.received - each.refunded} currency={each.currency} />
          <Sum name={t('itinerary.outstanding')} amount={each.outstanding} currency={each.currency} />
          <Sum name={t('itinerary.payment.due')} amount={each.due} currency={each.currency} loud={each.overdue > 0} />
          {each.credit > 0 && <Sum name={t('itinerary.payment.credit')} amount={each.credit} currency={each.currency} />}
        </Group>
      ))}
      {instalments.length > 0 && (
        <section>
          <Title order={2} size="h4" mb="xs">
            {t('itinerary.payment.plan')}
          </Title>
          <div className={classes.card}>
            <Table verticalSpacing="xs">
              <Table.Tbody>
                {instalments.map((each, index) => (
                  <Table.Tr key={index}>
                    <Table.Td w={150}>{plainDay(each.due)}</Table.Td>
                    <Table.Td>{each.label}</Table.Td>
                    <Table.Td ta="right">{money(each.amount.amount, each.amount.currency)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </section>
      )}
      <section>
        <Title order={2} size="h4" mb="xs">
          {t('itinerary.payment.entries')}
        </Title>
        {payments.length === 0 ? (
          <Empty title={t('itinerary.payment.none')} text={t('itinerary.payment.noneText')} />
        ) : (
          <div className={classes.card}>
            <Table.ScrollContainer minWidth={0} type="native">
              <Table verticalSpacing="xs">
                <Table.Tbody>
                  {payments.map((each) => (
                    <Row key={each.id} payment={each} />
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          </div>
        )}
      </section>
      {entering && <Entry trip={trip} onClose={() => setEntering(false)} />}
    </Stack>
  )
}

function Sum({ name, amount, currency, loud = false }: { name: string; amount: number; currency: string; loud?: boolean }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text fw={600} {...(loud && { c: 'light-dark(#c92a2a, #ff8787)' })}>
        {money(amount, currency)}
      </Text>
    </div>
  )
}

function Row({ payment }: { payment: Payment }) {
  const queries = useQueryClient()
  const mayVoid = useMay('VOID_PAYMENTS')
  const [asking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  const takeBack = useMutation({
    mutationFn: () => api.delete('/payments/{id}', { path: { id: payment.id }, query: { reason } }),
    onSuccess: () => setAsking(false),
    onSettled: () => queries.invalidateQueries({ queryKey: ['itineraries'] }),
  })
  const gone = payment.voided_at != null
  const sign = payment.kind === 'refunded' ? -1 : 1
  return (
    <Table.Tr {...(gone && { c: 'dimmed', td: 'line-through' })}>
      <Table.Td w={150}>{plainDay(payment.date)}</Table.Td>
      <Table.Td>
        {[payment.method, payment.note, payment.recorded_by_name].filter(Boolean).join(' · ')}
        {gone && (
          <Badge ml="xs" color="gray" title={payment.void_reason}>
            {t('itinerary.payment.voided')}
          </Badge>
        )}
      </Table.Td>
      <Table.Td ta="right" fw={600}>
        {money(sign * payment.amount.amount, payment.amount.currency)}
      </Table.Td>
      <Table.Td w={1}>
        {mayVoid && !gone && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAsking(true)}>
            {t('itinerary.payment.void')}
          </Button>
        )}
        <Dialogue opened={asking} onClose={() => setAsking(false)} title={t('itinerary.payment.voidTitle')}>
          <form
            onSubmit={(event) => {
              event.preventDefault()
              takeBack.mutate()
            }}
          >
            <Stack>
              <TextInput label={t('itinerary.reason')} required data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
              <Button type="submit" color="red" loading={takeBack.isPending}>
                {t('itinerary.payment.void')}
              </Button>
            </Stack>
          </form>
        </Dialogue>
      </Table.Td>
    </Table.Tr>
  )
}

function Entry({ trip, onClose }: { trip: Itinerary; onClose: () => void }) {
  const queries = useQueryClient()
  const [key] = useState(newKey)
  const currency = trip.details.price?.currency ?? trip.balances?.[0]?.currency ?? 'EUR'
  const { form, submit, sending, problem } = useProblemForm<{
    kind: Payment['kind']
    /** What somebody types is a text until it is a number. */
    amount: number | string
    date: string
    method: string
    note: string
  }>({
    initialValues: { kind: 'received', amount: '', date: dateIn(new Date(), trip.details.zone), method: '', note: '' },
    send: ({ kind, amount, date, method, note }) =>
      api.post('/itineraries/{itinerary_id}/payments', {
        path: { itinerary_id: trip.id },
        key,
        body: { kind, amount: { amount: minorUnits(Number(amount), currency), currency }, date, method, note },
      }),
    onSent: () => {
      void queries.invalidateQueries({ queryKey: ['itineraries'] })
      onClose()
    },
    fieldOf: (field) => (field.startsWith('amount') ? 'amount' : field),
  })
  return (
    <Dialogue onClose={onClose} title={t('itinerary.payment.record')}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem problem={problem} />
          <Select
            label={t('itinerary.payment.kind')}
            allowDeselect={false}
            data={(['received', 'refunded'] as const).map((value) => ({ value, label: tv('itinerary.payment.kinds', value) }))}
            {...form.getInputProps('kind')}
          />
          <NumberInput
            label={t('itinerary.payment.amount')}
            required
            min={0}
            decimalScale={decimals(currency)}
            fixedDecimalScale
            hideControls
            rightSection={<Text size="xs">{currency}</Text>}
            rightSectionWidth={52}
            data-autofocus
            {...form.getInputProps('amount')}
          />
          <DateInput label={t('itinerary.payment.date')} required valueFormat="ddd D MMM YYYY" {...form.getInputProps('date')} />
          <TextInput label={t('itinerary.payment.method')} {...form.getInputProps('method')} />
          <TextInput label={t('itinerary.payment.note')} {...form.getInputProps('note')} />
          <FormButtons sending={sending} onCancel={onClose} text={t('itinerary.payment.record')} />
        </Stack>
      </form>
    </Dialogue>
  )
}
