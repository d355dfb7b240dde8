import { Menu, UnstyledButton } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'

import { api, type Service } from '@/api'
import { useMay } from '@/queries'
import { t } from '@/texts'

import { ServiceBadge, serviceStateName } from './states'
import { nextOfService, type ServiceState } from './steps'

/** The state of a service; pressed, where it may go from there. */
export function ServiceStateMenu({ service }: { service: Service }) {
  const queries = useQueryClient()
  const mayEdit = useMay('EDIT_ITINERARIES')
  const { id, version, details } = service
  const move = useMutation({
    mutationFn: (state: ServiceState) => api.put('/services/{id}/state', { path: { id }, version, body: { state } }),
    // Also after it was refused: then what is shown is old.
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['itineraries'] }),
        queries.invalidateQueries({ queryKey: ['concierge'] }),
      ]),
  })
  const state = move.isPending ? move.variables : (details.state ?? 'planned')
  const next = nextOfService(state)
  if (!mayEdit || next.length === 0) return <ServiceBadge state={state} />
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <UnstyledButton aria-label={`${t('trips.changeState', { name: details.name })}: ${serviceStateName(state)}`} onClick={(event) => event.stopPropagation()}>
          <ServiceBadge state={state} style={{ cursor: 'pointer' }} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown onClick={(event) => event.stopPropagation()}>
        {next.map((each) => (
          <Menu.Item key={each} onClick={() => move.mutate(each)}>
            {serviceStateName(each)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
