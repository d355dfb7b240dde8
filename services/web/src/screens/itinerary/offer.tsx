import { Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Itinerary, newKey, type Proposal } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'

import { itemsOf } from './offering'

interface OfferProps {
  trip: Itinerary
  /** The one that gets another version; a new one is made where none is given. */
  proposal?: Proposal
  onClose: () => void
}

/** What is said around the services that are offered. */
export function Offer({ trip, proposal, onClose }: OfferProps) {
  const [key] = useState(newKey)
  const [known, setKnown] = useState(proposal)
  const queries = useQueryClient()
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: valuesOf(trip, proposal),
    send: (values) => {
      const offer = { ...values, items: itemsOf(known?.content, trip.services) }
      return known === undefined
        ? api.post('/itineraries/{itinerary_id}/proposals', { key, path: { itinerary_id: trip.id }, body: { offer } })
        : api.put('/proposals/{id}', { path: { id: known.id }, version: known.version, body: { offer } })
    },
    // Its reader may open it meanwhile, which counts as a change.
    reload: async () => {
      const now = await api.get('/proposals/{id}', { path: { id: known?.id ?? '' } })
      setKnown(now)
      return valuesOf(trip, now)
    },
    onSent: () => {
      void queries.invalidateQueries({ queryKey: ['proposals'] })
      onClose()
    },
    fieldOf: (field) => field.replace(/^offer\./, ''),
  })
  const title = t(proposal === undefined ? 'itinerary.proposal.make' : 'itinerary.proposal.revise')
  return (
    <Dialogue onClose={onClose} size="lg" title={title}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem problem={problem} />
          <Text size="sm" c="dimmed">
            {t(proposal === undefined ? 'itinerary.proposal.makeText' : 'itinerary.proposal.reviseText')}
          </Text>
          <TextInput label={t('itinerary.proposal.title')} data-autofocus {...form.getInputProps('title')} />
          <Textarea label={t('itinerary.proposal.introduction')} autosize minRows={3} {...form.getInputProps('introduction')} />
          <Textarea label={t('itinerary.proposal.terms')} autosize minRows={2} {...form.getInputProps('terms')} />
          <FormButtons sending={sending} onCancel={onClose} text={title} />
        </Stack>
      </form>
    </Dialogue>
  )
}

function valuesOf(trip: Itinerary, proposal: Proposal | undefined) {
  const { title, introduction, terms } = proposal?.content ?? { title: trip.details.title, introduction: '', terms: '' }
  return { title, introduction, terms }
}
