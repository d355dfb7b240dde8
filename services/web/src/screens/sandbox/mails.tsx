import { ActionIcon, Group, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type SandboxMail } from '@/api'
import { t } from '@/texts'
import { IconMail, IconMailOpened, IconPencil } from '@/ui/icons'
import { Moment } from '@/ui/moment'
import { Empty, Loaded } from '@/ui/states'

import { Frame } from './device'
import { type Device, nameOf } from './devices'
import { Mail } from './mail'
import { NewMail } from './new-mail'
import { useLookAgain, useMails } from './queries'
import classes from './sandbox.module.css'
import { Takes } from './takes'

/** A mailbox: its mails, one of them open. Opening loads the pixel, as a mail program would. */
export function Mails({ device, onClose }: { device: Device; onClose: () => void }) {
  const mails = useMails(device.address)
  const [shown, setShown] = useState<string>()
  const [writing, setWriting] = useState(false)
  const again = useLookAgain()
  const opening = useMutation({
    mutationFn: (id: string) => api.post('/sandbox/mails/{id}/open', { path: { id } }),
    onSuccess: again,
  })
  return (
    <Frame
      device={device}
      onClose={onClose}
      actions={
        <>
          <Tooltip label={t('sandbox.newMail')}>
            <ActionIcon variant="subtle" aria-label={t('sandbox.newMail')} onClick={() => setWriting(true)}>
              <IconPencil size={17} />
            </ActionIcon>
          </Tooltip>
          <Takes device={device} />
        </>
      }
    >
      <Loaded query={mails}>
        {(all) => {
          const open = all.find((each) => each.id === shown)
          if (open !== undefined) return <Mail mail={open} onBack={() => setShown(undefined)} />
          if (all.length === 0) return <Empty title={t('sandbox.nothing')} text={t('sandbox.noMails')} />
          return (
            <div className={classes.mails} role="list" aria-label={t('sandbox.messages')}>
              {all.map((each) => (
                <div key={each.id} role="listitem">
                  <Row
                    mail={each}
                    onOpen={() => {
                      setShown(each.id)
                      if (!each.read) opening.mutate(each.id)
                    }}
                  />
                </div>
              ))}
            </div>
          )
        }}
      </Loaded>
      {writing && <NewMail device={device} onClose={() => setWriting(false)} />}
    </Frame>
  )
}

function Row({ mail: { sender, subject, text, arrived_at, read, attachments }, onOpen }: { mail: SandboxMail; onOpen: () => void }) {
  const Sign = read ? IconMailOpened : IconMail
  return (
    <UnstyledButton className={classes.mail} onClick={onOpen}>
      <Group gap={8} wrap="nowrap">
        <Sign size={17} stroke={1.6} aria-label={read ? t('sandbox.wasRead') : t('sandbox.isNew')} role="img" />
        <Text size="sm" fw={read ? 500 : 700} truncate flex={1} title={sender.address}>
          {nameOf(sender)}
        </Text>
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          <Moment at={arrived_at} />
        </Text>
      </Group>
      <Text size="sm" fw={read ? 400 : 600} truncate title={subject}>
        {subject || t('sandbox.noSubject')}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {attachments.length > 0 && `${t('sandbox.files', { count: attachments.length })} · `}
        {text.slice(0, 200)}
      </Text>
    </UnstyledButton>
  )
}
