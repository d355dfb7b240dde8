import { ActionIcon, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Enrolment } from '@/api'
import { t } from '@/texts'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { IconCheck, IconCopy } from '@/ui/icons'
import { QrPicture } from '@/ui/qr-picture'
import { focus } from '@/ui/shown-once'
import once from '@/ui/shown-once.module.css'

import { Proving } from './proving'
import { Codes } from './recovery-codes'

export interface StepProps {
  onClose: () => void
  /** Something is shown that will not be shown again. */
  onSecret: () => void
}

/** The password, the app's first code, and the codes for who loses the app. */
export function Enrolling({ onClose, onSecret }: StepProps) {
  const [enrolment, setEnrolment] = useState<Enrolment>()
  const [codes, setCodes] = useState<string[]>()
  const queries = useQueryClient()
  if (codes !== undefined) return <Codes codes={codes} onKept={onClose} />
  if (enrolment === undefined) {
    return (
      <Proving
        text={t('profile.factor.enrolText')}
        action={t('profile.factor.next')}
        send={async (password) => setEnrolment(await api.post('/me/second-factor', { body: { password } }))}
        onCancel={onClose}
      />
    )
  }
  return (
    <Confirming
      enrolment={enrolment}
      onCancel={onClose}
      onCodes={(found) => {
        setCodes(found)
        onSecret()
        // Who had to have one may now see everything, and nothing of it was loaded.
        void queries.invalidateQueries()
      }}
    />
  )
}

interface ConfirmingProps {
  enrolment: Enrolment
  onCodes: (codes: string[]) => void
  onCancel: () => void
}

function Confirming({ enrolment: { secret, uri }, onCodes, onCancel }: ConfirmingProps) {
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: { code: '' },
    send: async ({ code }) => onCodes(await api.post('/me/second-factor/confirmation', { body: { code: code.replace(/\s/g, '') } })),
  })
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{t('profile.factor.scan')}</Text>
        <Stack align="center">
          <QrPicture text={uri} label={t('profile.factor.picture')} size={220} />
        </Stack>
        <Text size="sm">{t('profile.factor.type')}</Text>
        <Group className={once.secret} justify="space-between" wrap="nowrap" gap="xs">
          <span>{secret.replace(/(.{4})(?=.)/g, '$1 ')}</span>
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={copied ? t('ui.once.copied') : t('profile.factor.copySecret')}>
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </ActionIcon>
            )}
          </CopyButton>
        </Group>
        <FormProblem problem={problem} />
        <TextInput
          ref={focus}
          label={t('profile.factor.code')}
          description={t('profile.factor.codeText')}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          {...form.getInputProps('code')}
        />
        <FormButtons sending={sending} onCancel={onCancel} text={t('profile.factor.confirm')} />
      </Stack>
    </form>
  )
}
