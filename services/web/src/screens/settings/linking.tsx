import { Alert, Anchor, Button, Group, List, Loader, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { api, type ApiGatewayConnectionsWhatsAppConnection } from '@/api'
import { connectionsQuery, useMay } from '@/queries'
import { t, tv } from '@/texts'
import { IconAlertTriangle, IconCircleCheck } from '@/ui/icons'
import { Dialogue } from '@/ui/dialogue'
import { QrPicture } from '@/ui/qr-picture'
import { Failure } from '@/ui/states'

import { goesOn, nextAsking } from './next-asking'

interface LinkingProps {
  connection: ApiGatewayConnectionsWhatsAppConnection
  onClose: () => void
}

/** A number becomes one of ours by its phone, which scans a code. The code renews itself, and what
 *  the phone does is seen as it happens. To open the dialogue begins it, and so does the button where
 *  it came to an end; to look at the code begins nothing. */
export function Linking({ connection, onClose }: LinkingProps) {
  const { id, details, state, link, reason } = connection
  const client = useQueryClient()
  const [typed, setTyped] = useState(false)
  const open = state === 'open'
  const begin = useMutation({
    mutationFn: (byCode: boolean) =>
      byCode ? api.post('/connections/{id}/code', { path: { id } }) : api.post('/connections/{id}/qr', { path: { id } }),
    // Until it is known where the number stands now, its old end is not shown.
    onSuccess: () => client.invalidateQueries({ queryKey: connectionsQuery.queryKey }),
  })
  const { mutate } = begin
  useEffect(() => {
    if (!open) mutate(typed)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a number that opens, or ends, begins nothing
  }, [mutate, typed])
  const over = begin.isSuccess && !goesOn(link)
  const code = useQuery({
    queryKey: ['whatsapp-code', id, typed],
    queryFn: ({ signal }) =>
      typed ? api.get('/connections/{id}/code', { path: { id }, signal }) : api.get('/connections/{id}/qr', { path: { id }, signal }),
    enabled: !open && begin.isSuccess && !over,
    refetchInterval: (query) => nextAsking(query.state.data?.until, Date.now()),
    staleTime: 0,
    gcTime: 0,
  })
  return (
    <Dialogue onClose={onClose} size="md" title={t('settings.link.title', { label: details.label })}>
      {open ? (
        <Stack align="center" py="lg" role="status">
          <IconCircleCheck size={64} stroke={1.4} color="var(--mantine-color-teal-6)" />
          <Text fw={650}>{t('settings.link.open', { number: details.number })}</Text>
          <Button onClick={onClose}>{t('ui.close')}</Button>
        </Stack>
      ) : (
        <Stack>
          <List type="ordered" size="sm">
            <List.Item>{t('settings.link.step1', { number: details.number })}</List.Item>
            <List.Item>{t('settings.link.step2')}</List.Item>
            <List.Item>{typed ? t('settings.link.step3Code') : t('settings.link.step3')}</List.Item>
          </List>
          <Stack align="center" mih={290} justify="center">
            {begin.isError ? (
              <Failure error={begin.error} retry={() => begin.mutate(typed)} />
            ) : code.isError ? (
              <Failure error={code.error} retry={() => void code.refetch()} />
            ) : over ? (
              <Stack align="center" role="status">
                <Alert color="yellow" icon={<IconAlertTriangle size={17} />}>
                  {reason ?? tv('settings.link.state', link ?? 'stopped')}
                </Alert>
                <Button onClick={() => begin.mutate(typed)}>{t('settings.link.connect')}</Button>
              </Stack>
            ) : code.data == null ? (
              <Group gap="sm" role="status">
                <Loader size="sm" />
                <Text size="sm">{t('settings.link.waiting')}</Text>
              </Group>
            ) : typed ? (
              <Text size="2.2rem" fw={700} ff="monospace">
                {code.data.text}
              </Text>
            ) : (
              <QrPicture text={code.data.text} label={t('settings.link.picture')} />
            )}
            {code.data != null && !over && <Left until={code.data.until} />}
          </Stack>
          {(link === 'pairing' || link === 'degraded') && (
            <Alert color="yellow" p="xs" icon={<IconAlertTriangle size={17} />}>
              {tv('settings.link.state', link)}
            </Alert>
          )}
          <Group justify="space-between">
            <Anchor component="button" type="button" size="sm" onClick={() => setTyped(!typed)}>
              {typed ? t('settings.link.scan') : t('settings.link.type')}
            </Anchor>
            {details.kind === 'sandbox' && <SandboxPhone id={id} number={details.number} />}
          </Group>
        </Stack>
      )}
    </Dialogue>
  )
}

function Left({ until }: { until: string }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const clock = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(clock)
  }, [])
  const seconds = Math.max(0, Math.ceil((new Date(until).getTime() - now) / 1000))
  return (
    <Text size="xs" c="dimmed">
      {t('settings.link.renews', { count: seconds })}
    </Text>
  )
}

/** The sandbox has no camera: its phone scans by this button. */
function SandboxPhone({ id, number }: { id: string; number: string }) {
  const may = useMay('USE_SANDBOX')
  const scan = useMutation({ mutationFn: () => api.post('/sandbox/scans', { body: { connection_id: id, number } }) })
  if (!may) return null
  return (
    <Button variant="light" loading={scan.isPending} onClick={() => scan.mutate()}>
      {t('settings.link.sandbox')}
    </Button>
  )
}
