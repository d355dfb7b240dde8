import { Button, PasswordInput, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQueryClient } from '@tanstack/react-query'

import { api } from '@/api'
import { useMe } from '@/queries'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { Heading } from '@/ui/heading'
import { toast } from '@/ui/toast'

import { SESSIONS } from './sessions'

/** A new password, which signs out every other browser. */
export function Password() {
  const [isOpen, { open, close }] = useDisclosure(false)
  return (
    <section>
      <Heading title={t('profile.password.title')} text={t('profile.password.text')}>
        <Button variant="default" onClick={open}>
          {t('profile.password.change')}
        </Button>
      </Heading>
      <Dialogue opened={isOpen} onClose={close} title={t('profile.password.change')}>
        <Changing onClose={close} />
      </Dialogue>
    </section>
  )
}

function Changing({ onClose }: { onClose: () => void }) {
  const { user } = useMe()
  const queries = useQueryClient()
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: { old: '', new: '' },
    send: (body) => api.put('/me/password', { body }),
    onSent: () => {
      toast.done(t('profile.password.done'))
      void queries.invalidateQueries({ queryKey: SESSIONS })
      onClose()
    },
  })
  // Nobody writes it twice: what was written can be looked at, by the keyboard too.
  const look = { 'aria-label': t('profile.password.show'), tabIndex: 0 }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <FormProblem problem={problem} />
        {/* Password managers ask whose it is. */}
        <input type="text" autoComplete="username" value={user.email} readOnly hidden />
        <PasswordInput label={t('profile.password.old')} autoComplete="current-password" required data-autofocus {...form.getInputProps('old')} />
        <PasswordInput
          label={t('profile.password.new')}
          description={t('profile.password.newText')}
          autoComplete="new-password"
          required
          minLength={10}
          visibilityToggleButtonProps={look}
          {...form.getInputProps('new')}
        />
        <FormButtons sending={sending} onCancel={onClose} text={t('profile.password.change')} />
      </Stack>
    </form>
  )
}
