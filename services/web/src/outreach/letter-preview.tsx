import { Alert, Box, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconInfoCircle, IconPaperclip } from '@/ui/icons'

import { said, t } from '@/texts'
import { whole } from '@/time'
import { readable } from '@/ui/address'

import type { Addressed } from './letters'
import { MailFrame } from './mail-frame'
import classes from './outreach.module.css'
import type { Preview } from './previews'

interface LetterPreviewProps {
  letter: Addressed
  previews: readonly Preview[] | undefined
  /** A newer one is on its way. */
  old: boolean
}

/** The letter as its recipient will read it. */
export function LetterPreview({ letter, previews, old }: LetterPreviewProps) {
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500} component="h3" m={0}>
        {t('outreach.preview')}
      </Text>
      {previews === undefined ? (
        <Skeleton height={280} radius="md" />
      ) : (
        previews.map((preview, index) => (
          <Box key={index} className={classes.preview} opacity={old ? 0.55 : 1}>
            <Head preview={preview} isMail={letter.channel === 'email'} />
            {preview.page == null ? (
              <div className={classes.chat}>
                <div className={classes.bubble}>{preview.text}</div>
              </div>
            ) : (
              // It scrolls, and nothing in it takes the focus (WCAG 2.1.1).
              // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
              <div className={classes.mail} role="region" aria-label={t('outreach.preview')} tabIndex={0}>
                <MailFrame html={preview.page} title={t('outreach.preview')} />
              </div>
            )}
          </Box>
        ))
      )}
      {previews?.flatMap((each) => each.hints ?? []).map((hint) => (
        <Alert key={`${hint.field} ${hint.reason}`} color="yellow" p="xs" icon={<IconInfoCircle size={18} />}>
          {said(hint.reason)}
        </Alert>
      ))}
    </Stack>
  )
}

function Head({ preview, isMail }: { preview: Preview; isMail: boolean }) {
  return (
    <div className={classes.previewHead}>
      <Text size="xs" c="dimmed" truncate>
        {t('outreach.to')}{' '}
        {preview.to.map((box) => (box.name ? `${box.name} <${readable(box.address)}>` : readable(box.address))).join(', ') || '–'}
      </Text>
      {isMail && (
        <Text fw={600} size="sm">
          {preview.subject}
        </Text>
      )}
      {preview.attachments.length > 0 && (
        <Group gap={6} mt={4}>
          <IconPaperclip size={14} aria-hidden />
          <Text size="xs">{preview.attachments.map((each) => each.name).join(', ')}</Text>
        </Group>
      )}
      {preview.leaves_at != null && (
        <Text size="xs" fw={600}>
          {t('outreach.later', { when: whole(preview.leaves_at, preview.zone ?? undefined) })}
        </Text>
      )}
      {preview.cost != null && (
        <Text size="xs" c="dimmed">
          {t('outreach.cost', { count: preview.cost.units, credits: preview.cost.credits })}
        </Text>
      )}
    </div>
  )
}
