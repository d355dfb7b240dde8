import { Button, Group, Loader, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { api } from '@/api'
import { said, t, tv } from '@/texts'
import { IconCircleCheck, IconCircleX, IconRefresh } from '@/ui/icons'
import { Dialogue } from '@/ui/dialogue'
import { Failure } from '@/ui/states'

/** Tries a connection step by step, and says what the other side answered to each. */
export function ConnectionTest({ id, label, onClose }: { id: string; label: string; onClose: () => void }) {
  const test = useQuery({
    queryKey: ['connection-test', id],
    queryFn: ({ signal }) => api.post('/connections/{id}/test', { path: { id }, signal }),
    gcTime: 0,
    staleTime: 0,
    retry: false,
  })
  const failed = test.data?.some((each) => !each.ok)
  return (
    <Dialogue onClose={onClose} title={t('settings.test.title', { label })}>
      <Stack>
        {test.isFetching ? (
          <Group gap="sm" role="status">
            <Loader size="sm" />
            <Text size="sm">{t('settings.test.running')}</Text>
          </Group>
        ) : test.isError ? (
          <Failure error={test.error} />
        ) : (
          <>
            <Text size="sm" fw={600} role="status" c={failed ? 'red' : 'tide'}>
              {failed ? t('settings.test.failed') : t('settings.test.works')}
            </Text>
            {test.data?.map(({ name, ok, answer }) => (
              <Group key={name} gap="sm" wrap="nowrap" align="flex-start">
                {ok ? (
                  <IconCircleCheck size={19} color="var(--mantine-color-teal-6)" role="img" aria-label={t('settings.test.ok')} />
                ) : (
                  <IconCircleX size={19} color="var(--mantine-color-red-6)" role="img" aria-label={t('settings.test.notOk')} />
                )}
                <div style={{ minWidth: 0 }}>
                  <Text size="sm" fw={550}>
                    {stepOf(name)}
                  </Text>
                  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {said(answer)}
                  </Text>
                </div>
              </Group>
            ))}
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" leftSection={<IconRefresh size={16} />} disabled={test.isFetching} onClick={() => void test.refetch()}>
            {t('settings.test.again')}
          </Button>
          <Button onClick={onClose}>{t('ui.close')}</Button>
        </Group>
      </Stack>
    </Dialogue>
  )
}

/** The API calls a step by its line and what is done on it: `smtp connect`. */
function stepOf(name: string): string {
  const [, line, step] = /^(smtp|imap) (.+)$/.exec(name) ?? []
  if (line === undefined || step === undefined) return tv('settings.test.step', name)
  return `${tv('settings.field', line)}: ${tv('settings.test.step', step)}`
}
