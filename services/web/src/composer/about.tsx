import { Stack, Text } from '@mantine/core'

import { t } from '@/texts'
import { fileSize } from '@/thread/files'

import { SmsCounter, WindowLeft } from './limits'
import { isEmpty, isHanding, type Writing } from './writing'

interface AboutProps {
  writing: Writing
  isComment: boolean
  until: string | undefined
  state: 'saved' | 'saving' | 'unsaved'
}

/** What one should know of it: parts, time left, what the channel cannot, whether it is saved. */
export function About({ writing, isComment, until, state }: AboutProps) {
  if (isComment) return <Text size="xs" c="dimmed">{t('composer.onlyTeam')}</Text>
  const weight = writing.attachments.reduce((sum, each) => sum + each.size, 0)
  return (
    <Stack gap={0} align="flex-end">
      {writing.channel === 'sms' && <SmsCounter text={writing.text} connection={writing.connection} />}
      {writing.channel === 'sms' && writing.attachments.length > 0 && (
        <Text size="xs" c="var(--mantine-color-error)">{t('composer.noFiles')}</Text>
      )}
      {writing.channel !== 'whatsapp' && isHanding(writing) && (
        <Text size="xs" c="var(--mantine-color-error)">{t('composer.handed.onlyChats')}</Text>
      )}
      {writing.channel === 'whatsapp' && until && <WindowLeft until={until} />}
      {weight > 0 && <Text size="xs" c="dimmed">{fileSize(weight)}</Text>}
      {!isEmpty(writing) && (
        <Text size="xs" c="dimmed" role="status">
          {t(`composer.draft.${state}`)}
        </Text>
      )}
    </Stack>
  )
}
