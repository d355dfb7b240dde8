import { Badge, Button, Group, Stack, Text, TextInput, Timeline, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Itinerary, type Proposal } from '@/api'
import { useMay } from '@/queries'
import { t, tv } from '@/texts'
import { money, plainRange } from '@/time'
import { IconCopy, IconEdit, IconFileText, IconPlus, IconSend } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Loaded } from '@/ui/states'

import type { Wanted } from './index'
import classes from './itinerary.module.css'
import { copy } from './link'
import { Offer } from './offer'

const COLOURS: Record<Proposal['state'], string> = {
  draft: 'gray',
  sent: 'indigo',
  accepted: 'teal',
  declined: 'red',
  withdrawn: 'gray',
}

interface ProposalsProps {
  trip: Itinerary
  onWant: (wanted: Wanted) => void
}

/** What was offered, in which versions, and what the guest said. */
export function Proposals({ trip, onWant }: ProposalsProps) {
  const [making, setMaking] = useState(false)
  const mayEdit = useMay('EDIT_ITINERARIES')
  const proposals = useQuery({
    queryKey: ['proposals', trip.id],
    queryFn: ({ signal }) => api.get('/itineraries/{itinerary_id}/proposals', { path: { itinerary_id: trip.id }, signal }),
  })
  const make = mayEdit && (
    <Button size="xs" leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
      {t('itinerary.proposal.make')}
    </Button>
  )
  return (
    <Stack>
      <Loaded query={proposals}>
        {(found) =>
          found.length === 0 ? (
            <Empty
              icon={<IconFileText size={26} stroke={1.5} />}
              title={t('itinerary.proposal.none')}
              text={t('itinerary.proposal.noneText')}
              action={make}
            />
          ) : (
            <>
              <Group justify="flex-end">{make}</Group>
              {found.map((each) => (
                <One key={each.id} trip={trip} proposal={each} onWant={onWant} />
              ))}
            </>
          )
        }
      </Loaded>
      {making && <Offer trip={trip} onClose={() => setMaking(false)} />}
    </Stack>
  )
}

function One({ trip, proposal, onWant }: ProposalsProps & { proposal: Proposal }) {
  const queries = useQueryClient()
  const mayEdit = useMay('EDIT_ITINERARIES')
  const maySend = useMay('SEND_MESSAGES')
  const [url, setUrl] = useState<string>()
  const [changing, setChanging] = useState(false)
  const refresh = () => queries.invalidateQueries({ queryKey: ['proposals'] })
  const link = useMutation({
    mutationFn: () => api.put('/proposals/{id}/link', { path: { id: proposal.id }, version: proposal.version, body: {} }),
    onSuccess: (made) => setUrl(made.url),
    onSettled: refresh,
  })
  const withdraw = useMutation({
    mutationFn: () => api.delete('/proposals/{id}', { path: { id: proposal.id }, version: proposal.version }),
    onSettled: refresh,
  })
  const { content, state } = proposal
  const closed = state === 'accepted' || state === 'withdrawn'
  const send = async () => {
    // The link is told only once, when it is made; an earlier one is good no more then.
    const made = url ?? (await link.mutateAsync().catch(() => undefined))?.url
    if (made === undefined) return // which was said already
    onWant({
      occasion: { kind: proposal.sent_at != null && proposal.number > 1 ? 'proposal_update' : 'proposal', whom: 'traveller' },
      variables: { 'proposal.url': made },
    })
  }
  return (
    <article className={classes.card} style={{ padding: 16 }}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Title order={2} size="h3">
              {content.title}
            </Title>
            <Badge color={COLOURS[state]}>{tv('itinerary.proposal.state', state)}</Badge>
          </Group>
          <Text size="sm" c="dimmed">
            {proposal.reference} · {t('itinerary.proposal.version', { number: proposal.number })} ·{' '}
            {plainRange(content.start, content.end)}
          </Text>
        </div>
        {content.total != null && <Text fw={650}>{money(content.total.amount, content.total.currency)}</Text>}
      </Group>
      <Text size="sm" mt="xs">
        {t('itinerary.proposal.services', { count: content.lines.length })} ·{' '}
        {proposal.seen == null ? t('itinerary.proposal.unseen') : t('itinerary.proposal.seen', { number: proposal.seen })}
        {proposal.expires_at != null && (
          <>
            {' · '}
            {t('itinerary.proposal.expires')} <Moment at={proposal.expires_at} />
          </>
        )}
      </Text>
      {proposal.answer != null && (
        <Text size="sm" mt="xs" fw={500}>
          {t(proposal.answer.accepted ? 'itinerary.proposal.accepted' : 'itinerary.proposal.declined', {
            name: proposal.answer.name || t('itinerary.proposal.somebody'),
          })}{' '}
          <Moment at={proposal.answer.at} />
          {proposal.answer.comment !== '' && ` · “${proposal.answer.comment}”`}
        </Text>
      )}
      {url !== undefined && (
        <TextInput mt="sm" readOnly value={url} label={t('itinerary.proposal.url')} description={t('itinerary.proposal.urlText')} onFocus={(event) => event.currentTarget.select()} />
      )}
      <Group gap="xs" mt="sm">
        {maySend && mayEdit && !closed && (
          <Button size="xs" leftSection={<IconSend size={15} />} loading={link.isPending} onClick={() => void send()}>
            {t('itinerary.proposal.send')}
          </Button>
        )}
        {mayEdit && !closed && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconCopy size={15} />}
            onClick={() => (url === undefined ? link.mutate(undefined, { onSuccess: (made) => void copy(made.url) }) : void copy(url))}
          >
            {t(proposal.linked && url === undefined ? 'itinerary.proposal.newLink' : 'itinerary.copyLink')}
          </Button>
        )}
        {mayEdit && !closed && (
          <Button size="xs" variant="default" leftSection={<IconEdit size={15} />} onClick={() => setChanging(true)}>
            {t('itinerary.proposal.revise')}
          </Button>
        )}
        {mayEdit && !closed && (
          <Button size="xs" variant="subtle" color="red" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
            {t('itinerary.proposal.withdraw')}
          </Button>
        )}
      </Group>
      {proposal.number > 1 && <Versions id={proposal.id} />}
      {changing && <Offer trip={trip} proposal={proposal} onClose={() => setChanging(false)} />}
    </article>
  )
}

function Versions({ id }: { id: string }) {
  const [open, setOpen] = useState(false)
  const versions = useQuery({
    queryKey: ['proposals', 'versions', id],
    queryFn: ({ signal }) => api.get('/proposals/{id}/versions', { path: { id }, signal }),
    enabled: open,
  })
  return (
    <>
      <Button size="compact-xs" variant="subtle" mt="xs" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('itinerary.proposal.versions')}
      </Button>
      {open && (
        <Loaded query={versions}>
          {(found) => (
            <Timeline mt="sm" bulletSize={10} lineWidth={2} active={found.length}>
              {found.map((each) => (
                <Timeline.Item key={each.number} title={t('itinerary.proposal.version', { number: each.number })}>
                  <Text size="xs" c="dimmed">
                    <Moment at={each.created_at} /> · {each.created_by_name}
                  </Text>
                  {each.changes?.lines.map((line, index) => (
                    <Text key={index} size="sm">
                      {tv('itinerary.proposal.change', line.kind)}: {(line.after ?? line.before)?.name}
                    </Text>
                  ))}
                  {each.changes?.total_after != null && each.changes.fields.includes('total') && (
                    <Text size="sm">
                      {t('itinerary.price')}: {money(each.changes.total_after.amount, each.changes.total_after.currency)}
                    </Text>
                  )}
                </Timeline.Item>
              ))}
            </Timeline>
          )}
        </Loaded>
      )}
    </>
  )
}
