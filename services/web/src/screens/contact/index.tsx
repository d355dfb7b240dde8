import { Alert, Anchor, Button, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'

import { api, type Contact } from '@/api'
import { tripsQuery } from '@/conversations/panel/trips'
import { Write } from '@/outreach/write'
import { PersonForm } from '@/people/form'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { Timeline } from '@/timeline'
import { useAddress } from '@/trips/address'
import { IconEdit, IconUsers } from '@/ui/icons'
import { Page } from '@/ui/page'
import { Loaded } from '@/ui/states'

import { Card } from './card'
import classes from './contact.module.css'
import { Merging } from './merging'
import { Notes } from './notes'
import { validateSearch } from './search'

/** One contact: who it is, what is allowed, and everything that was ever said, over all trips. */
export default function ContactScreen() {
  const params: unknown = useParams({ strict: false })
  const { contactId: id } = params as { contactId: string }
  const contact = useQuery({
    queryKey: ['contacts', 'one', id],
    queryFn: ({ signal }) => api.get('/contacts/{id}', { path: { id }, signal }),
  })
  return (
    <Loaded query={contact}>
      {(found) => (found.merged_into_id == null ? <Shown key={found.id} contact={found} /> : <Gone contact={found} into={found.merged_into_id} />)}
    </Loaded>
  )
}

function Gone({ contact, into }: { contact: Contact; into: string }) {
  return (
    <Page title={contact.name}>
      <Alert title={t('contact.merged')}>
        <Anchor renderRoot={(props) => <Link {...props} to="/contacts/$contactId" params={{ contactId: into }} />}>
          {t('contact.mergedInto')}
        </Anchor>
      </Alert>
    </Page>
  )
}

function Shown({ contact }: { contact: Contact }) {
  const [search, put] = useAddress(validateSearch)
  const [open, setOpen] = useState<'form' | 'merge'>()
  const mayEdit = useMay('EDIT_CONTACTS') && !contact.erased
  const { tab = 'timeline' } = search
  const { data: trips = [] } = useQuery(tripsQuery(contact.id))
  return (
    <Page
      title={contact.name}
      full
      actions={
        <>
          {mayEdit && (
            <>
              <Button variant="default" leftSection={<IconUsers size={16} />} onClick={() => setOpen('merge')}>
                {t('contact.merge')}
              </Button>
              <Button variant="light" leftSection={<IconEdit size={16} />} onClick={() => setOpen('form')}>
                {t('contact.change')}
              </Button>
            </>
          )}
          {contact.identities.length > 0 && !contact.erased && <Write people={[contact]} />}
        </>
      }
    >
      <div className={classes.screen}>
        <aside className={classes.card} aria-label={t('contact.card')}>
          <Card contact={contact} mayEdit={mayEdit} />
        </aside>
        <div className={classes.beside}>
          <SegmentedControl
            m="sm"
            mb={0}
            style={{ alignSelf: 'flex-start' }}
            aria-label={t('contact.beside')}
            value={tab}
            onChange={(value) => put({ tab: value === 'notes' ? 'notes' : undefined })}
            data={[
              { value: 'timeline', label: t('contact.timeline') },
              { value: 'notes', label: t('contact.notes') },
            ]}
          />
          <div className={classes.panel}>
            {tab === 'notes' ? (
              <Notes contactId={contact.id} mayEdit={mayEdit} />
            ) : (
              <Timeline
                source={{ contactId: contact.id }}
                filters={{ channel: search.channel, trip: search.trip }}
                onFilters={({ channel, trip }) => put({ channel, trip })}
                trips={trips}
              />
            )}
          </div>
        </div>
      </div>
      {open === 'form' && <PersonForm contact={contact} onClose={() => setOpen(undefined)} onDone={() => setOpen(undefined)} />}
      {(open === 'merge' || search.merge !== undefined) && (
        <Merging
          contact={contact}
          chosen={search.merge}
          onChoose={(merge) => put({ merge })}
          onClose={() => {
            setOpen(undefined)
            put({ merge: undefined })
          }}
        />
      )}
    </Page>
  )
}
