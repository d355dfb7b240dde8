import { Badge, Button, Group, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'

import { api, type SandboxText } from '@/api'
import { t } from '@/texts'
import { Moment } from '@/ui/moment'
import { Empty, Loaded } from '@/ui/states'

import { Frame } from './device'
import type { Device } from './devices'
import { useLookAgain, useTexts } from './queries'
import classes from './sandbox.module.css'
import { Writing } from './writing'

/** The texts of a phone. What we send lies at the carrier until the phone gets it, or never does. */
export function Texts({ device, onClose }: { device: Device; onClose: () => void }) {
  const { address: number } = device
  const texts = useTexts(number)
  return (
    <Frame device={device} onClose={onClose}>
      <Loaded query={texts}>
        {(all) => (
          <div className={classes.talk} role="log" aria-label={t('sandbox.messages')}>
            {all.length === 0 && <Empty title={t('sandbox.nothing')} text={t('sandbox.nothingText')} />}
            {all.map((each) => (
              <Bubble key={each.id} text={each} />
            ))}
          </div>
        )}
      </Loaded>
      <Writing
        label={t('sandbox.writeAs', { name: device.name || number })}
        send={(text) => api.post('/sandbox/texts', { body: { number, text } })}
      />
    </Frame>
  )
}

function Bubble({ text: { id, text, from_us, at, parts, read } }: { text: SandboxText }) {
  const again = useLookAgain()
  const deliver = useMutation({
    mutationFn: (arrived: boolean) => api.post('/sandbox/texts/{id}/deliver', { path: { id }, body: { arrived } }),
    onSuccess: again,
  })
  const failed = deliver.isSuccess && !deliver.variables
  return (
    <article className={classes.bubble} data-own={!from_us}>
      <Text size="sm" className={classes.words}>
        {text}
      </Text>
      <Group gap={6} mt={3}>
        <Text size="xs" c="dimmed">
          <Moment at={at} />
          {parts > 1 && ` · ${t('sandbox.parts', { count: parts })}`}
        </Text>
        {from_us && (read || failed) && (
          <Badge size="xs" color={failed ? 'red' : 'tide'}>
            {failed ? t('sandbox.notArrived') : t('sandbox.arrived')}
          </Badge>
        )}
        {from_us && !read && !failed && (
          <>
            <Button size="compact-xs" variant="light" loading={deliver.isPending && deliver.variables} onClick={() => deliver.mutate(true)}>
              {t('sandbox.arrive')}
            </Button>
            <Button size="compact-xs" variant="subtle" color="red" disabled={deliver.isPending} onClick={() => deliver.mutate(false)}>
              {t('sandbox.neverArrive')}
            </Button>
          </>
        )}
      </Group>
    </article>
  )
}
