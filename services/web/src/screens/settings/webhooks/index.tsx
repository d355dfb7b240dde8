import { Alert, Badge, Button, Group, Menu, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Webhook } from '@/api'
import { said, t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { Heading } from '@/ui/heading'
import { IconAlertTriangle, IconKey, IconList, IconPlayerPlay, IconPlayerStop, IconPlus, IconWebhook } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { ShownOnce } from '@/ui/shown-once'
import { Empty, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import { RowMenu, SureItem } from '../row-menu'
import { useAgain } from './again'
import { Deliveries } from './deliveries'
import { WebhookForm } from './form'

const KEY = ['webhooks', 'all']

type Open = { what: 'new' } | { what: 'form' | 'deliveries'; id: string; delivery?: string } | { what: 'secret'; secret: string }

/** Our own systems that are told what happens, and what became of each telling. */
export default function Webhooks() {
  const webhooks = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get('/webhooks', { signal }), staleTime: 0 })
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const make = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen({ what: 'new' })}>
      {t('webhooks.new')}
    </Button>
  )
  const chosen = open !== undefined && 'id' in open ? webhooks.data?.find((each) => each.id === open.id) : undefined
  return (
    <section>
      <Heading title={t('settings.section.webhooks')} text={t('webhooks.text')}>
        {webhooks.data?.length !== 0 && make}
      </Heading>
      <Loaded query={webhooks}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={<IconWebhook size={26} stroke={1.5} />} title={t('webhooks.empty')} text={t('webhooks.emptyText')} action={make} />
          ) : (
            <Stack gap="sm">
              {all.map((each) => (
                <Row key={each.id} webhook={each} onOpen={setOpen} />
              ))}
            </Stack>
          )
        }
      </Loaded>
      {open?.what === 'new' && <WebhookForm onClose={close} onSecret={(secret) => setOpen({ what: 'secret', secret })} />}
      {open?.what === 'form' && chosen && <WebhookForm webhook={chosen} onClose={close} />}
      {open?.what === 'deliveries' && chosen && <Deliveries webhook={chosen} first={open.delivery} onClose={close} />}
      {open?.what === 'secret' && (
        <Dialogue onClose={close} title={t('settings.section.webhooks')} closeOnClickOutside={false} closeOnEscape={false} withCloseButton={false}>
          <ShownOnce text={t('webhooks.secret')} value={open.secret} onKept={close} />
        </Dialogue>
      )}
    </section>
  )
}

function Row({ webhook, onOpen }: { webhook: Webhook; onOpen: (open: Open) => void }) {
  const { id, url, description, active, events, disabled_reason: reason, failing_since: failing, old_secret_until: until } = webhook
  const test = useMutation({
    mutationFn: () => api.post('/webhooks/{id}/test', { path: { id } }),
    onSuccess: (delivery) => onOpen({ what: 'deliveries', id, delivery: delivery.id }),
  })
  return (
    <article className={section.card} aria-label={url}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <div style={{ flex: 1, minWidth: 0 }}>
          <Group gap={8}>
            <Text fw={650} style={{ overflowWrap: 'anywhere' }}>
              {url}
            </Text>
            <Badge color={active ? 'tide' : 'gray'}>{t(active ? 'webhooks.on' : 'webhooks.off')}</Badge>
          </Group>
          <Text size="sm" c="dimmed">
            {[description, t('webhooks.hears', { count: events.length })].filter(Boolean).join(' · ')}
          </Text>
        </div>
        <WebhookMenu webhook={webhook} onOpen={onOpen} />
      </Group>
      {(reason !== null || failing !== null) && (
        <Alert mt="sm" p="xs" color={reason === null ? 'yellow' : 'red'} icon={<IconAlertTriangle size={17} />}>
          {reason === null ? (
            <>
              {t('webhooks.failing')} <Moment at={failing ?? ''} />
            </>
          ) : (
            said(reason)
          )}
        </Alert>
      )}
      {until !== null && new Date(until) > new Date() && (
        <Text size="sm" c="dimmed" mt={6}>
          {t('webhooks.oldUntil')} <Moment at={until} as="whole" />
        </Text>
      )}
      <Group gap={6} mt="sm">
        <Button size="compact-sm" variant="default" leftSection={<IconList size={15} />} onClick={() => onOpen({ what: 'deliveries', id })}>
          {t('webhooks.deliveries')}
        </Button>
        <Button size="compact-sm" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          {t('webhooks.test')}
        </Button>
      </Group>
    </article>
  )
}

function WebhookMenu({ webhook, onOpen }: { webhook: Webhook; onOpen: (open: Open) => void }) {
  const { id, url, version, active } = webhook
  const again = useAgain()
  const turn = useMutation({
    mutationFn: () => api.patch('/webhooks/{id}', { path: { id }, version, body: { active: !active } }),
    onSettled: again,
  })
  const rotate = useMutation({
    mutationFn: () => api.post('/webhooks/{id}/secret', { path: { id } }),
    onSuccess: ({ secret }) => {
      toast.done(t('webhooks.rotated'))
      onOpen({ what: 'secret', secret })
      return again()
    },
  })
  const remove = useMutation({
    mutationFn: () => api.delete('/webhooks/{id}', { path: { id } }),
    onSuccess: () => {
      toast.done(t('webhooks.removed'))
      return again()
    },
  })
  return (
    <RowMenu
      label={t('webhooks.more', { url })}
      busy={turn.isPending || rotate.isPending || remove.isPending}
      onChange={() => onOpen({ what: 'form', id })}
      onRemove={() => remove.mutate()}
    >
      <Menu.Item leftSection={active ? <IconPlayerStop size={16} /> : <IconPlayerPlay size={16} />} onClick={() => turn.mutate()}>
        {t(active ? 'webhooks.turnOff' : 'webhooks.turnOn')}
      </Menu.Item>
      <SureItem icon={<IconKey size={16} />} text={t('webhooks.rotate')} sure={t('webhooks.rotateSure')} onClick={() => rotate.mutate()} />
    </RowMenu>
  )
}
