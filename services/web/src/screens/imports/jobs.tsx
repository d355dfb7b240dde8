import { Button, Stack } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'

import { api } from '@/api'
import { t } from '@/texts'
import { IconFileImport } from '@/ui/icons'
import { Empty, Failure, Loading } from '@/ui/states'

import classes from './imports.module.css'
import { JobCard } from './job'

/** What was imported and exported before, the newest first, with the files that came of it. */
export function Jobs() {
  const query = useInfiniteQuery({
    queryKey: ['jobs', 'list'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.get('/jobs/contacts', { query: { cursor, limit: 20 }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
  })
  const jobs = query.data?.pages.flatMap((page) => page.jobs)
  if (jobs === undefined) return query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading rows={3} />
  if (jobs.length === 0) return <Empty icon={<IconFileImport size={26} stroke={1.5} />} title={t('imports.empty')} text={t('imports.emptyText')} />
  return (
    <Stack gap="sm">
      {jobs.map((each) => (
        <article key={each.id} className={classes.card}>
          <JobCard job={each} />
        </article>
      ))}
      {query.hasNextPage && (
        <Button variant="default" style={{ alignSelf: 'center' }} loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('ui.more')}
        </Button>
      )}
    </Stack>
  )
}
