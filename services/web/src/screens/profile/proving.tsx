import { PasswordInput, Stack, Text } from '@mantine/core'

import { t } from '@/texts'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'

interface ProvingProps {
  /** What the password is asked for. */
  text: string
  /** Of the button. */
  action: string
  send: (password: string) => Promise<void>
  onCancel: () => void
}

/** Asks for the password, before what somebody else at the same desk must not do. */
export function Proving({ text, action, send, onCancel }: ProvingProps) {
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: { password: '' },
    send: ({ password }) => send(password),
  })
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{text}</Text>
        <FormProblem problem={problem} />
        <PasswordInput label={t('profile.factor.password')} autoComplete="current-password" required data-autofocus {...form.getInputProps('password')} />
        <FormButtons sending={sending} onCancel={onCancel} text={action} />
      </Stack>
    </form>
  )
}
