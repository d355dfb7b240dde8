import { Text, Timeline } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { api, type Itinerary } from '@/api'
import { t } from '@/texts'
import { tripStateName } from '@/trips/states'
import { Moment } from '@/ui/moment'
import { Loaded } from '@/ui/states'

/** Every step that the trip took, the last one first, and its notes. */
export function History({ trip }: { trip: Itinerary }) {
  const history = useQuery({
    queryKey: ['itineraries', 'history', trip.id],
    queryFn: ({ signal }) => api.get('/itineraries/{id}/history', { path: { id: trip.id }, signal }),
  })
  return (
    <>
      {trip.details.notes != null && trip.details.notes !== '' && (
        <Text size="sm" mb="md" style={{ whiteSpace: 'pre-line' }}>
          {trip.details.notes}
        </Text>
      )}
      <Loaded query={history}>
        {(steps) => (
          <Timeline bulletSize={12} lineWidth={2} active={steps.length}>
            {steps.toReversed().map((step) => (
              <Timeline.Item key={step.at} title={tripStateName(step.after)}>
                <Text size="xs" c="dimmed">
                  <Moment at={step.at} as="whole" />
                </Text>
                <Text size="sm">{t('itinerary.stepBy', { name: step.user_name, reason: step.reason })}</Text>
              </Timeline.Item>
            ))}
          </Timeline>
        )}
      </Loaded>
    </>
  )
}
