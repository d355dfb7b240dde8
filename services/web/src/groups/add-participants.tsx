import { Stack } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Group, Problem } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { toast } from '@/ui/toast'

import { againstEach, type Chosen } from './chosen'
import { ParticipantPicker } from './participant-picker'

/** Asks the network to let more people into a group. */
export function AddParticipants({ group, close }: { group: Group; close: () => void }) {
  const queries = useQueryClient()
  const [chosen, setChosen] = useState<Chosen[]>([])
  const [problems, setProblems] = useState<Record<string, string>>({})
  const trip = useQuery({
    queryKey: ['itineraries', 'one', group.itinerary_id],
    queryFn: ({ signal }) => api.get('/itineraries/{id}', { path: { id: group.itinerary_id ?? '' }, signal }),
    enabled: group.itinerary_id !== null,
  })
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: { participants: '' },
    fieldOf: (field) => (field.startsWith('participants') ? 'participants' : field),
    validate: { participants: () => (chosen.length === 0 ? t('groups.alone') : null) },
    send: async () => {
      setProblems({})
      try {
        const answer = await api.post('/whatsapp/groups/{id}/participants', {
          path: { id: group.id },
          body: { participants: chosen.map((each) => each.recipient) },
        })
        queries.setQueryData(['groups', 'one', group.id], answer)
      } catch (error) {
        if (error instanceof Problem) setProblems(againstEach(error.errors, chosen))
        throw error
      }
    },
    onSent: () => {
      toast.done(t('groups.asked'))
      close()
    },
  })
  const inside = new Set(
    group.participants.flatMap((each) => (each.standing === 'added' || each.standing === 'asked' ? (each.contact_id ?? []) : [])),
  )
  return (
    <Dialogue onClose={close} size="lg" title={t('groups.add')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <ParticipantPicker
            guests={group.itinerary_id === null ? undefined : (trip.data?.details.guests ?? [])}
            chosen={chosen}
            choose={(next) => {
              setChosen(next)
              form.clearFieldError('participants')
            }}
            problems={problems}
            error={Object.keys(problems).length > 0 ? undefined : form.errors.participants}
            inside={inside}
          />
          <FormProblem problem={problem} />
          <FormButtons sending={sending} onCancel={close} text={t('groups.add')} />
        </Stack>
      </form>
    </Dialogue>
  )
}
