import { Button, Group, Text } from '@mantine/core'

import { addressOf, api, type SandboxMail } from '@/api'
import { MailFrame } from '@/outreach/mail-frame'
import { t } from '@/texts'
import { IconArrowLeft } from '@/ui/icons'
import { Moment } from '@/ui/moment'

import { nameOf } from './devices'
import classes from './sandbox.module.css'
import { Files, Writing } from './writing'

/** A mail as its reader sees it, and his answer to it. */
export function Mail({ mail, onBack }: { mail: SandboxMail; onBack: () => void }) {
  const { id, sender, to, cc, subject, text, html, attachments, arrived_at } = mail
  const others = [...to, ...cc].map(nameOf).join(', ')
  return (
    <>
      <div className={classes.paper}>
        <div className={classes.head}>
          <Button size="compact-xs" variant="subtle" leftSection={<IconArrowLeft size={14} />} onClick={onBack}>
            {t('sandbox.allMails')}
          </Button>
          <Text fw={650} mt={4}>
            {subject || t('sandbox.noSubject')}
          </Text>
          <Group justify="space-between" gap={8} wrap="nowrap">
            <Text size="xs" c="dimmed" truncate title={sender.address}>
              {nameOf(sender)} → {others}
            </Text>
            <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              <Moment at={arrived_at} />
            </Text>
          </Group>
          <Files files={attachments} placeOf={(number) => addressOf('/sandbox/mails/{id}/files/{number}', { path: { id, number } })} />
        </div>
        {html !== null ? (
          <MailFrame html={html} title={subject} />
        ) : (
          <Text size="sm" p="sm" className={classes.words}>
            {text}
          </Text>
        )}
      </div>
      <Writing
        label={t('sandbox.answer')}
        files
        send={(words, files) => api.post('/sandbox/mails/{id}/reply', { path: { id }, body: { text: words, attachments: files } })}
      />
    </>
  )
}
