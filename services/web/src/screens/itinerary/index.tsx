import { Box, Tabs } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'

import { api, type Itinerary as Trip } from '@/api'
import { contactQuery } from '@/conversations/queries'
import { GroupOutcome, NewGroup } from '@/groups'
import { type Occasion, Outreach, type Planned } from '@/outreach'
import { t } from '@/texts'
import { Timeline } from '@/timeline'
import { useAddress } from '@/trips/address'
import { useTitle } from '@/ui/page'
import { Loaded } from '@/ui/states'

import { Documents } from './documents'
import { Header } from './header'
import { History } from './history'
import classes from './itinerary.module.css'
import { Payments } from './payments'
import { peopleOf } from './people'
import { Proposals } from './proposals'
import { type Tab, TABS, validateSearch } from './search'
import { hasReviewsQuery, Reviews } from './reviews'
import { Services } from './services'

/** What somebody wants to send from this trip. */
export interface Wanted {
  occasion: Occasion
  services?: readonly Planned[]
  variables?: Readonly<Record<string, string>>
  /** Said once for each letter that left, with what is in it. */
  onSent?: (services: readonly Planned[]) => void
}

/** A trip: where it stands, what is planned and paid, and all that was said about it. */
export default function Itinerary() {
  const params: unknown = useParams({ strict: false })
  const { itineraryId: id } = params as { itineraryId: string }
  const trip = useQuery({
    queryKey: ['itineraries', 'one', id],
    queryFn: ({ signal }) => api.get('/itineraries/{id}', { path: { id }, signal }),
  })
  return <Loaded query={trip} order={1}>{(data) => <Screen trip={data} />}</Loaded>
}

function Screen({ trip }: { trip: Trip }) {
  useTitle(`${trip.reference} ${trip.details.title}`)
  const [search, put] = useAddress(validateSearch)
  const wide = useMediaQuery('(min-width: 75em)', true)
  const [wanted, setWanted] = useState<Wanted | null>(null)
  // One that is looked at by its id, or a new one.
  const [group, setGroup] = useState<string>()
  const agent = useQuery(contactQuery(trip.details.agent_id))
  const tab = search.tab ?? 'services'
  const reviewed = useQuery(hasReviewsQuery(trip.id)).data === true
  const isOffered: Partial<Record<Tab, boolean>> = { timeline: !wide, reviews: reviewed || tab === 'reviews' }
  const shown: Tab = wide && tab === 'timeline' ? 'services' : tab
  const timeline = (
    <Timeline
      source={{ itineraryId: trip.id }}
      filters={{ side: search.side, person: search.person, channel: search.channel }}
      onFilters={({ side, person, channel }) => put({ side, person, channel })}
      people={peopleOf(trip, agent.data)}
    />
  )
  const panels: Record<Tab, ReactNode> = {
    services: <Services trip={trip} open={search.service} onOpen={(service) => put({ service })} onWant={setWanted} busy={wanted !== null} />,
    payments: <Payments trip={trip} />,
    proposals: <Proposals trip={trip} onWant={setWanted} />,
    documents: <Documents trip={trip} />,
    reviews: <Reviews trip={trip} />,
    history: <History trip={trip} />,
    timeline: <Box className={classes.narrowTimeline}>{timeline}</Box>,
  }
  return (
    <div className={classes.screen}>
      <div className={classes.main}>
        <Header trip={trip} onWant={setWanted} onGroup={(id) => setGroup(id ?? 'new')} />
        <Tabs value={shown} onChange={(value) => put({ tab: TABS.find((each) => each === value) })} keepMounted={false} className={classes.tabs}>
          <Tabs.List className={classes.tabList}>
            {TABS.filter((each) => isOffered[each] ?? true).map((each) => (
              <Tabs.Tab key={each} value={each}>
                {t(`itinerary.tab.${each}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={shown} pt="md">
            {panels[shown]}
          </Tabs.Panel>
        </Tabs>
      </div>
      {wide && <aside className={classes.side} aria-label={t('itinerary.tab.timeline')}>{timeline}</aside>}
      {group === 'new' ? (
        <NewGroup trip={{ id: trip.id, reference: trip.reference, title: trip.details.title }} close={() => setGroup(undefined)} />
      ) : (
        group !== undefined && <GroupOutcome id={group} close={() => setGroup(undefined)} />
      )}
      <Outreach
        occasion={wanted?.occasion ?? null}
        services={wanted?.services ?? []}
        trips={[trip]}
        {...(wanted?.variables && { variables: wanted.variables })}
        onClose={() => setWanted(null)}
        {...(wanted?.onSent && { onSent: wanted.onSent })}
      />
    </div>
  )
}
