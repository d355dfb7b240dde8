import { Alert, Button, Group, Select, SimpleGrid, Stack, Table, TagsInput, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type ImportGuess, type Job } from '@/api'
import { among, KINDS } from '@/people/words'
import { t, tv } from '@/texts'
import { IconAlertTriangle, IconFileImport, IconListCheck } from '@/ui/icons'

import classes from './imports.module.css'
import { JobView } from './job'
import { doubled, type Mapping, mappingOf, planOf, POLICIES } from './plan'

interface MapperProps {
  fileId: string
  name: string
  guess: ImportGuess
  onClose: () => void
}

/** Which column is what. Tried first, it says what would come of it; then it is done. */
export function Mapper({ fileId, name, guess, onClose }: MapperProps) {
  const [mapping, setMapping] = useState<Mapping>(() => mappingOf(guess))
  const [tried, setTried] = useState<{ id: string; mapping: Mapping }>()
  const [done, setDone] = useState<string>()
  const run = useMutation({
    mutationFn: (dry_run: boolean) => api.post('/contacts/import', { body: { file_id: fileId, plan: planOf(guess, mapping), dry_run } }),
    onSuccess: (job: Job, dry_run) => (dry_run ? setTried({ id: job.id, mapping }) : setDone(job.id)),
  })
  const change = (part: Partial<Mapping>) => setMapping({ ...mapping, ...part })
  const twice = doubled(mapping)
  const unnamed = !['name', 'first_name', 'last_name'].some((each) => mapping.targets.includes(each))
  const blocked = twice.length > 0 || mapping.targets.every((each) => each === null)
  if (done !== undefined) {
    return (
      <section className={classes.card}>
        <JobView id={done} />
        <Group justify="flex-end" mt="sm">
          <Button variant="default" onClick={onClose}>
            {t('imports.another')}
          </Button>
        </Group>
      </section>
    )
  }
  return (
    <section className={classes.card} aria-label={name}>
      <Stack gap="md">
        <div>
          <Text fw={650}>{name}</Text>
          <Text size="sm" c="dimmed">
            {t('imports.rows', { count: guess.rows })} · {guess.encoding} · {guess.delimiter === '\t' ? t('imports.tab') : guess.delimiter}
          </Text>
        </div>
        <Columns guess={guess} targets={mapping.targets} onChange={(targets) => change({ targets })} />
        {twice.length > 0 && (
          <Alert color="red" p="xs" icon={<IconAlertTriangle size={17} />}>
            {t('imports.twice', { names: twice.map(targetName).join(', ') })}
          </Alert>
        )}
        {unnamed && twice.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('imports.noName')}
          </Text>
        )}
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <Select
            label={t('imports.policy')}
            description={t(`imports.policyText.${mapping.policy}`)}
            allowDeselect={false}
            value={mapping.policy}
            onChange={(policy) => change({ policy: among(POLICIES, policy) ?? 'fill' })}
            data={POLICIES.map((value) => ({ value, label: t(`imports.policies.${value}`) }))}
          />
          <Select
            label={t('imports.kind')}
            description={t('imports.kindText')}
            allowDeselect={false}
            value={mapping.kind}
            onChange={(kind) => change({ kind: among(KINDS, kind) ?? 'traveller' })}
            data={KINDS.map((value) => ({ value, label: t(`people.kind.${value}`) }))}
          />
          <TagsInput label={t('imports.tags')} description={t('imports.tagsText')} value={mapping.tags} onChange={(tags) => change({ tags })} />
        </SimpleGrid>
        {tried !== undefined && (
          <div style={{ opacity: tried.mapping === mapping ? 1 : 0.5 }}>
            <JobView id={tried.id} dry />
          </div>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button variant="light" leftSection={<IconListCheck size={16} />} disabled={blocked} loading={run.isPending && run.variables} onClick={() => run.mutate(true)}>
            {t('imports.try')}
          </Button>
          <Button leftSection={<IconFileImport size={16} />} disabled={blocked || run.isPending} onClick={() => run.mutate(false)}>
            {t('imports.start')}
          </Button>
        </Group>
      </Stack>
    </section>
  )
}

function targetName(target: string): string {
  return tv('imports.target', target)
}

interface ColumnsProps {
  guess: ImportGuess
  targets: (string | null)[]
  onChange: (targets: (string | null)[]) => void
}

function Columns({ guess, targets, onChange }: ColumnsProps) {
  const { data: fields = [] } = useQuery({ queryKey: ['contacts', 'fields'], queryFn: ({ signal }) => api.get('/contacts/fields', { signal }) })
  const own = new Map(fields.map(({ key, label }) => [`fields.${key}`, label]))
  const options = guess.targets.map((value) => ({ value, label: own.get(value) ?? targetName(value) }))
  return (
    <Table.ScrollContainer minWidth={0} type="native">
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('imports.column')}</Table.Th>
            <Table.Th scope="col" visibleFrom="sm">
              {t('imports.samples')}
            </Table.Th>
            <Table.Th scope="col">{t('imports.becomes')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {guess.columns.map(({ name, samples }, index) => {
            const heading = name || t('imports.nth', { number: index + 1 })
            return (
              <Table.Tr key={index}>
                <Table.Th scope="row" fw={550}>
                  <span className={classes.sample} title={heading}>
                    {heading}
                  </span>
                </Table.Th>
                <Table.Td visibleFrom="sm" c="dimmed">
                  <span className={classes.sample} title={samples.join(', ')}>
                    {samples.join(', ')}
                  </span>
                </Table.Td>
                <Table.Td>
                  <Select
                    size="xs"
                    aria-label={t('imports.becomesOf', { name: heading })}
                    placeholder={t('imports.leftOut')}
                    clearable
                    searchable
                    value={targets[index] ?? null}
                    onChange={(target) => onChange(targets.map((each, at) => (at === index ? target : each)))}
                    data={options}
                  />
                </Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
