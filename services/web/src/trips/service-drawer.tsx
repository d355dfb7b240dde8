import { Anchor, Button, Group, Stack, Text, Timeline, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'

import { api, type Service } from '@/api'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { plainDay } from '@/time'
import { IconEdit } from '@/ui/icons'
import { Drawer } from '@/ui/dialogue'
import { Moment } from '@/ui/moment'
import { Loaded } from '@/ui/states'

import { hours, KindIcon, supplierOf, zoneOf } from './service'
import { RemoveService } from './remove-service'
import { ServiceForm } from './service-form'
import { ServiceStateMenu } from './state-menu'
import { serviceStateName } from './states'

interface ServiceDrawerProps {
  service: Service | undefined
  onClose: () => void
  /** The trip, where the service is shown apart from it. */
  trip?: { reference: string; title: string }
  actions?: ReactNode
}

/** All that is known of a service. */
export function ServiceDrawer({ service, onClose, trip, actions }: ServiceDrawerProps) {
  return (
    <Drawer
      opened={service !== undefined}
      onClose={onClose}
      size="md"
      title={t('trips.detail.title')}
    >
      {service !== undefined && <Details service={service} trip={trip} actions={actions} onGone={onClose} />}
    </Drawer>
  )
}

interface DetailsProps {
  service: Service
  trip: ServiceDrawerProps['trip']
  actions: ReactNode
  onGone: () => void
}

function Details({ service, trip, actions, onGone }: DetailsProps) {
  const mayEdit = useMay('EDIT_ITINERARIES')
  const [changing, setChanging] = useState(false)
  const it = service.details
  return (
    <Stack>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <KindIcon kind={it.kind} size={22} />
        <Title order={2} size="h3" flex={1}>
          {it.name}
        </Title>
        <ServiceStateMenu service={service} />
      </Group>
      <Stack component="dl" gap="xs" m={0}>
        <Row name={t('trips.detail.when')}>
          {plainDay(it.date)}, {hours(service)}
          {it.time != null && ` · ${zoneOf(service)}`}
        </Row>
        {trip !== undefined && (
          <Row name={t('trips.detail.trip')}>
            <Anchor component={Link} to={`/itineraries/${service.itinerary_id}`}>
              {trip.reference} · {trip.title}
            </Anchor>
          </Row>
        )}
        <Row name={t('trips.detail.supplier')}>
          {it.supplier_id == null ? (
            supplierOf(it)
          ) : (
            <Anchor component={Link} to={`/contacts/${it.supplier_id}`}>
              {it.supplier_name}
            </Anchor>
          )}
        </Row>
        <Row name={t('trips.detail.pax')}>{it.pax ?? 1}</Row>
        <Row name={t('trips.detail.place')}>{it.place}</Row>
        <Row name={t('trips.detail.address')}>{it.address}</Row>
        <Row name={t('trips.detail.description')}>{it.description}</Row>
        <Row name={t('trips.detail.requirements')}>{it.requirements}</Row>
        <Row name={t('trips.detail.notes')}>{it.notes}</Row>
      </Stack>
      <Group gap="xs">
        {actions}
        {mayEdit && (
          <>
            <Button size="xs" variant="default" leftSection={<IconEdit size={16} />} onClick={() => setChanging(true)}>
              {t('trips.form.edit')}
            </Button>
            <RemoveService service={service} onGone={onGone} />
          </>
        )}
      </Group>
      {changing && <ServiceForm itineraryId={service.itinerary_id} service={service} onClose={() => setChanging(false)} />}
      <History id={service.id} />
    </Stack>
  )
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  if (children === '' || children == null) return null
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} size="sm" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </div>
  )
}

function History({ id }: { id: string }) {
  const history = useQuery({
    queryKey: ['itineraries', 'service-history', id],
    queryFn: ({ signal }) => api.get('/services/{id}/history', { path: { id }, signal }),
  })
  return (
    <Stack gap="xs">
      <Title order={3} size="h4">
        {t('trips.detail.history')}
      </Title>
      <Loaded query={history} loading={<Button loading variant="subtle" size="xs" w={40} aria-label={t('ui.loading')} />}>
        {(steps) => (
          <Timeline bulletSize={10} lineWidth={2} active={steps.length}>
            {steps.toReversed().map((step) => (
              <Timeline.Item key={step.at} title={<Text size="sm">{step.user_name === '' ? serviceStateName(step.after) : t('trips.detail.by', { state: serviceStateName(step.after), name: step.user_name })}</Text>}>
                <Text size="xs" c="dimmed">
                  <Moment at={step.at} />
                  {step.reason !== '' && ` · ${step.reason}`}
                </Text>
              </Timeline.Item>
            ))}
          </Timeline>
        )}
      </Loaded>
    </Stack>
  )
}
