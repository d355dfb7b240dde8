import { Alert, Anchor, Button, Group, List, Loader, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { api, type ApiGatewayConnectionsWhatsAppConnection } from '@/api'
import { useMay } from '@/queries'
import { t, tv } from '@/texts'
import { IconAlertTriangle, IconCircleCheck } from '@/ui/icons'
import { Dialogue } from '@/ui/dialogue'
import { QrPicture } from '@/ui/qr-picture'
import { Failure } from '@/ui/states'

import { nextAsking } from './next-asking'

interface LinkingProps {
  connection: ApiGatewayConnectionsWhatsAppConnection
  onClose: () => void
}

/** A number becomes one of ours by its phone, which scans a code. The code renews itself, and what
 *  the phone does is seen as it happens. */
export function Linking({ connection, onClose }: LinkingProps) {
  const { id, details, state, link } = connection
  const [typed, setTyped] = useState(false)
  const open = state === 'open'
  const code = useQuery({
    queryKey: ['whatsapp-code', id, typed],
    queryFn: ({ signal }) =>
      typed ? api.post('/connections/{id}/code', { path: { id }, signal }) : api.post('/connections/{id}/qr', { path: { id }, signal }),
    enabled: !open,
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
            {code.isError ? (
              <Failure error={code.error} retry={() => void code.refetch()} />
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
            {code.data != null && <Left until={code.data.until} />}
          </Stack>
          {link != null && !['scan_qr', 'enter_code', 'connecting', 'stopped'].includes(link) && (
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
