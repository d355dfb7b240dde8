import { Badge, Button, Group, Progress, Stack, Text, Textarea, Title } from '@mantine/core'
import { queryOptions, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Itinerary, type Review } from '@/api'
import { useMay } from '@/queries'
import { locale, t, tv } from '@/texts'
import { plainDay } from '@/time'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { IconMessageReply, IconStar } from '@/ui/icons'
import { Empty, Failure, Loading } from '@/ui/states'

import classes from './itinerary.module.css'

const BEST = 10 // points, whatever the source's scale

/** Whether anybody reviewed a trip. */
export function hasReviewsQuery(id: string) {
  return queryOptions({
    queryKey: ['reviews', 'any', id],
    queryFn: async ({ signal }) => (await api.get('/reviews', { query: { itinerary_id: id, limit: 1 }, signal })).reviews.length > 0,
  })
}

/** What guests said of the trip, and what was answered. */
export function Reviews({ trip }: { trip: Itinerary }) {
  const query = useInfiniteQuery({
    queryKey: ['reviews', 'of', trip.id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/reviews', { query: { itinerary_id: trip.id, cursor }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
  })
  const found = query.data?.pages.flatMap((page) => page.reviews)
  if (found === undefined) return query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={4} />
  if (found.length === 0) return <Empty icon={<IconStar size={26} stroke={1.5} />} title={t('itinerary.review.none')} text={t('itinerary.review.noneText')} />
  return (
    <Stack>
      {found.map((each) => (
        <One key={each.id} review={each} />
      ))}
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('ui.more')}
        </Button>
      )}
    </Stack>
  )
}

const points = (score: number) => score.toLocaleString(locale(), { maximumFractionDigits: 1 })

function One({ review }: { review: Review }) {
  const { details, overall, scores } = review
  const mayEdit = useMay('EDIT_ITINERARIES')
  const [answering, setAnswering] = useState(false)
  const name = details.guest !== undefined && details.guest !== '' ? details.guest : t('itinerary.review.guest')
  return (
    <article className={classes.card} style={{ padding: 16 }} aria-label={t('itinerary.review.of', { name })}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={2} size="h3">
            {name}
          </Title>
          <Text size="sm" c="dimmed">
            {details.source} · {plainDay(details.date)}
          </Text>
        </div>
        {overall !== null && (
          <Badge size="lg" color="tide">
            {t('itinerary.review.points', { points: points(overall) })}
          </Badge>
        )}
      </Group>
      {details.text !== '' && (
        <Text size="sm" mt="xs" style={{ whiteSpace: 'pre-line' }}>
          {details.text}
        </Text>
      )}
      {scores.length > 0 && (
        <dl className={classes.scores}>
          {scores.map(({ category, score }) => (
            <div key={category}>
              <dt>{tv('itinerary.review.category', category)}</dt>
              <dd>
                <Progress value={(score / BEST) * 100} aria-label={tv('itinerary.review.category', category)} />
                <span>{points(score)}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {details.answer ? (
        <Text size="sm" mt="sm" className={classes.answer}>
          <b>{t('itinerary.review.answered')}</b> {details.answer}
        </Text>
      ) : answering ? (
        <Answering review={review} onClose={() => setAnswering(false)} />
      ) : (
        mayEdit && (
          <Button mt="sm" size="xs" variant="default" leftSection={<IconMessageReply size={15} />} onClick={() => setAnswering(true)}>
            {t('itinerary.review.answer')}
          </Button>
        )
      )}
    </article>
  )
}

/** Notes what was answered where the review stands; nothing leaves from here. */
function Answering({ review: { id, version }, onClose }: { review: Review; onClose: () => void }) {
  const queries = useQueryClient()
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: { answer: '' },
    send: ({ answer }) => api.put('/reviews/{id}/answer', { path: { id }, version, body: { answer: answer.trim() } }),
    onSent: () => {
      void queries.invalidateQueries({ queryKey: ['reviews'] })
      onClose()
    },
  })
  return (
    <form onSubmit={submit}>
      <Stack gap="xs" mt="sm">
        <FormProblem problem={problem} />
        <Textarea label={t('itinerary.review.answer')} description={t('itinerary.review.answerText')} autosize minRows={2} required {...form.getInputProps('answer')} />
        <FormButtons sending={sending} onCancel={onClose} text={t('ui.save')} />
      </Stack>
    </form>
  )
}
