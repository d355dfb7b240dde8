import { Alert, Badge, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { addressOf, api, type Job, type JobState } from '@/api'
import { said, t, tv } from '@/texts'
import { IconAlertTriangle, IconDownload, IconPlayerStop } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Loaded, Loading } from '@/ui/states'

export const JOB_COLOURS: Record<JobState, string> = { queued: 'gray', running: 'tide', done: 'tide', failed: 'red', cancelled: 'gray' }

/** A job as it goes on. The live stream says when it is further. */
export function JobView({ id, dry = false }: { id: string; dry?: boolean }) {
  const job = useQuery({
    queryKey: ['jobs', 'contacts', id],
    queryFn: ({ signal }) => api.get('/jobs/contacts/{id}', { path: { id }, signal }),
  })
  return (
    <Loaded query={job} loading={<Loading rows={1} />}>
      {(found) => <JobCard job={found} dry={dry} />}
    </Loaded>
  )
}

/** How far a job is of a hundred; nothing while nobody knows its length. */
export function share({ done, total, state }: Pick<Job, 'done' | 'total' | 'state'>): number | undefined {
  if (state === 'done') return 100
  return total === null || total === 0 ? undefined : Math.min(100, Math.round((done / total) * 100))
}

export function JobCard({ job, dry = false }: { job: Job; dry?: boolean }) {
  const { state, kind, label, done, total, refused, counts, problems, message, started_by_name, created_at } = job
  const going = state === 'queued' || state === 'running'
  const part = share(job)
  return (
    <Stack gap={8}>
      <Group gap={8} wrap="nowrap">
        <Text fw={600} size="sm" truncate flex={1} title={label}>
          {dry ? t('imports.tried') : `${tv('imports.jobKind', kind)}${label === '' ? '' : `: ${label}`}`}
        </Text>
        <Badge color={JOB_COLOURS[state]}>{t(`imports.state.${state}`)}</Badge>
      </Group>
      {going && <Progress value={part ?? 100} animated striped={part === undefined} aria-label={t('imports.progress')} />}
      <Text size="sm" role="status">
        {going && total !== null && `${t('imports.of', { done, total })} · `}
        {Object.entries(counts)
          .filter(([, count]) => count > 0)
          .map(([name, count]) => `${tv('imports.count', name)}: ${count}`)
          .concat(refused > 0 ? [t('imports.refused', { count: refused })] : [])
          .join(' · ')}
      </Text>
      {!dry && (
        <Text size="xs" c="dimmed">
          {started_by_name} · <Moment at={created_at} />
        </Text>
      )}
      {state === 'failed' && message !== '' && (
        <Alert color="red" p="xs" icon={<IconAlertTriangle size={17} />}>
          {message}
        </Alert>
      )}
      {problems.length > 0 && (
        <Stack gap={2}>
          {problems.slice(0, SHOWN).map(({ line, field, reason }, index) => (
            <Text key={index} size="xs" c="dimmed">
              {line !== null && `${t('imports.line', { line: String(line) })}: `}
              {field !== '' && `${tv('imports.target', field)}: `}
              {said(reason)}
            </Text>
          ))}
        </Stack>
      )}
      <Files job={job} going={going} />
    </Stack>
  )
}

const SHOWN = 5 // refusals in sight; the file has all

function Files({ job: { id, service, result, refusals, cancelling }, going }: { job: Job; going: boolean }) {
  const queries = useQueryClient()
  const cancel = useMutation({
    mutationFn: () =>
      service === 'inbox'
        ? api.delete('/jobs/inbox/{id}', { path: { id } })
        : api.delete('/jobs/contacts/{id}', { path: { id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['jobs'] }),
  })
  const href = (file: 'result' | 'refusals') => addressOf('/jobs/{service}/{id}/files/{file}', { path: { service, id, file } })
  if (!going && result === null && refusals === null) return null
  return (
    <Group gap={8}>
      {result !== null && (
        <Button component="a" href={href('result')} download size="compact-sm" variant="light" leftSection={<IconDownload size={15} />}>
          {t('imports.result')}
        </Button>
      )}
      {refusals !== null && (
        <Button component="a" href={href('refusals')} download size="compact-sm" variant="light" color="red" leftSection={<IconDownload size={15} />}>
          {t('imports.refusals')}
        </Button>
      )}
      {going && (
        <Button size="compact-sm" variant="default" leftSection={<IconPlayerStop size={15} />} disabled={cancelling} loading={cancel.isPending} onClick={() => cancel.mutate()}>
          {cancelling ? t('imports.cancelling') : t('imports.cancel')}
        </Button>
      )}
    </Group>
  )
}
