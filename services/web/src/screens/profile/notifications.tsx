import { Checkbox, Group, Stack, Table, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Fragment } from 'react'

import { api, type NotificationChoice } from '@/api'
import { t } from '@/texts'
import { FormProblem, SaveButton, useProblemForm } from '@/ui/form'
import { Heading } from '@/ui/heading'
import { Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import { grouped, isFixed } from './kinds'
import classes from './profile.module.css'

const KEY = ['notification-choices']
const WAYS = ['profile', 'mail'] as const

/** What I hear of, and how. */
export default function Notifications() {
  const choices = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get('/me/notifications', { signal }) })
  return (
    <section>
      <Heading title={t('profile.section.notifications')} text={t('profile.notifications.text')} />
      <Loaded query={choices}>{(found) => <Form choices={found} />}</Loaded>
    </section>
  )
}

function Form({ choices }: { choices: NotificationChoice[] }) {
  const queries = useQueryClient()
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: { choices },
    send: async (body) => {
      queries.setQueryData(KEY, await api.put('/me/notifications', { body }))
      toast.done(t('profile.saved'))
    },
    // As `choices[3].kind`: said in the row.
    fieldOf: (field) => field.replace(/^choices\[(\d+)\].*$/, 'choices.$1'),
  })
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <FormProblem problem={problem} />
        <div className={section.table}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('profile.notifications.about')}</Table.Th>
                {WAYS.map((way) => (
                  <Table.Th key={way} scope="col" w={90} ta="center">
                    {t(`profile.notifications.way.${way}`)}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {grouped(choices).map(([group, rows]) => (
                <Fragment key={group}>
                  <Table.Tr className={classes.group}>
                    <Table.Th colSpan={3} scope="rowgroup">
                      {t(`profile.notifications.group.${group}`)}
                    </Table.Th>
                  </Table.Tr>
                  {rows.map(({ choice: { kind }, place }) => (
                    <Table.Tr key={kind}>
                      <Table.Td>
                        <Text size="sm">{t(`profile.notifications.kind.${kind}`)}</Text>
                        {isFixed(kind) && (
                          <Text size="xs" c="dimmed">
                            {t('profile.notifications.fixed')}
                          </Text>
                        )}
                        {form.errors[`choices.${place}`] !== undefined && (
                          <Text size="xs" c="var(--mantine-color-error)" role="alert">
                            {form.errors[`choices.${place}`]}
                          </Text>
                        )}
                      </Table.Td>
                      {WAYS.map((way) => (
                        <Table.Td key={way}>
                          <Group justify="center">
                            <Checkbox
                              aria-label={t('profile.notifications.each', {
                                kind: t(`profile.notifications.kind.${kind}`),
                                way: t(`profile.notifications.way.${way}`),
                              })}
                              disabled={isFixed(kind)}
                              {...form.getInputProps(`choices.${place}.${way}`, { type: 'checkbox' })}
                            />
                          </Group>
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Fragment>
              ))}
            </Table.Tbody>
          </Table>
        </div>
        <SaveButton sending={sending} dirty={form.isDirty()} />
      </Stack>
    </form>
  )
}
