import { Alert, Anchor, Button, Stack } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconUserX } from '@/ui/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import type { Contact } from '@/api'
import { t } from '@/texts'
import { whole } from '@/time'
import { Failure } from '@/ui/states'
import { wording } from '@/ui/wording'

import { LetterForm } from './letter-form'
import { LetterPreview } from './letter-preview'
import type { Addressed, Common, Letter } from './letters'
import type { Outcome } from './outcome'
import classes from './outreach.module.css'
import { previewQuery, type Readiness } from './previews'

interface LetterEditorProps {
  letter: Addressed
  /** The letter as it was last asked to be previewed: some keys behind. */
  preview: Addressed
  common: Common
  contact: Contact | undefined
  readiness: Readiness
  outcome: Outcome | undefined
  isOld: boolean
  locked: boolean
  onChange: (change: Partial<Letter>) => void
  onRetry: () => void
  /** Somebody goes to where the message lies now. */
  onLeave: () => void
}

/** One letter: how it goes and what it says, beside the whole of it as it will be read. */
export function LetterEditor(props: LetterEditorProps) {
  const { letter, common, contact, readiness, outcome, locked, onChange, onRetry, onLeave } = props
  const query = previewQuery(props.preview, common)
  const shown = useQuery({
    ...query,
    enabled: query.enabled !== false && contact !== undefined,
    placeholderData: keepPreviousData,
  })
  if (readiness.state === 'nobody') {
    return (
      <Alert color="yellow" icon={<IconUserX size={18} />} title={t('outreach.nobody')}>
        {t(`outreach.noRecipient.${common.occasion.whom}`)}
      </Alert>
    )
  }
  const sent = outcome?.state === 'sent'
  return (
    <Stack gap="sm">
      {sent && <SentNote outcome={outcome} onLeave={onLeave} />}
      {outcome?.state === 'failed' && (
        <Alert color="red" role="alert" icon={<IconAlertTriangle size={18} />} title={t('outreach.failed')}>
          {wording(outcome.error)}
          <Button mt="xs" size="xs" variant="light" color="red" display="block" disabled={locked} onClick={onRetry}>
            {t('outreach.again')}
          </Button>
        </Alert>
      )}
      <div className={classes.writing}>
        <LetterForm
          letter={letter}
          occasion={common.occasion}
          contact={contact}
          problems={readiness.state === 'blocked' ? readiness.problems : []}
          onChange={onChange}
          disabled={locked || sent}
        />
        {shown.isError ? (
          <Failure error={shown.error} retry={() => void shown.refetch()} />
        ) : (
          <LetterPreview letter={props.preview} previews={shown.data} old={props.isOld || shown.isPlaceholderData} />
        )}
      </div>
    </Stack>
  )
}

function SentNote({ outcome, onLeave }: { outcome: Extract<Outcome, { state: 'sent' }>; onLeave: () => void }) {
  return (
    <Alert color="teal" role="status" icon={<IconCircleCheck size={18} />}>
      {outcome.leavesAt === null ? t('outreach.sent') : t('outreach.later', { when: whole(outcome.leavesAt) })}
      {outcome.conversationId !== null && (
        <>
          {' · '}
          <Anchor inherit component={Link} to={`/inbox/${outcome.conversationId}`} onClick={onLeave}>
            {t('outreach.conversation')}
          </Anchor>
        </>
      )}
    </Alert>
  )
}
