import { Checkbox, Radio, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'

import { api } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { ShownOnce } from '@/ui/shown-once'

import { bodyOf, LIVES, NEW, SCOPES, type TokenValues } from './token-values'

interface NewTokenProps {
  opened: boolean
  onMade: () => Promise<void>
  onClose: () => void
}

/** What a token is for, may do and until when; then the token itself, this once. */
export function NewToken({ opened, onMade, onClose }: NewTokenProps) {
  const [secret, setSecret] = useState<string>()
  const asked = secret === undefined
  return (
    <Dialogue
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={() => setSecret(undefined)}
      title={t('profile.tokens.new')}
      closeOnClickOutside={asked}
      closeOnEscape={asked}
      withCloseButton={asked}
    >
      {secret === undefined ? (
        <Form
          onCancel={onClose}
          onSecret={(made) => {
            setSecret(made)
            void onMade()
          }}
        />
      ) : (
        <ShownOnce text={t('profile.tokens.secret')} value={secret} onKept={onClose} />
      )}
    </Dialogue>
  )
}

function Form({ onSecret, onCancel }: { onSecret: (secret: string) => void; onCancel: () => void }) {
  const { form, submit, sending, problem } = useProblemForm<TokenValues>({
    initialValues: NEW,
    send: async (values) => {
      const { secret } = await api.post('/me/tokens', { body: bodyOf(values, new Date()) })
      if (secret != null) onSecret(secret)
    },
  })
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <FormProblem problem={problem} />
        <TextInput label={t('profile.tokens.name')} description={t('profile.tokens.nameText')} required data-autofocus {...form.getInputProps('name')} />
        <Radio.Group label={t('profile.tokens.may')} {...form.getInputProps('limited')}>
          <Stack gap="xs" mt={6}>
            <Radio value="yes" label={t('profile.tokens.limited')} />
            <Radio value="no" label={t('profile.tokens.all')} />
          </Stack>
        </Radio.Group>
        {form.values.limited === 'yes' && (
          <Checkbox.Group aria-label={t('profile.tokens.limited')} {...form.getInputProps('scopes')}>
            <Stack gap="xs" pl="xl">
              {SCOPES.map((scope) => (
                <Checkbox key={scope} value={scope} label={t(`profile.tokens.scope.${scope}`)} description={t(`profile.tokens.scopeText.${scope}`)} />
              ))}
            </Stack>
          </Checkbox.Group>
        )}
        <Select
          label={t('profile.tokens.life')}
          allowDeselect={false}
          data={LIVES.map((value) => ({
            value,
            label: value === 'never' ? t('profile.tokens.never') : t('profile.tokens.days', { count: Number(value) }),
          }))}
          {...form.getInputProps('expires_at')}
        />
        <FormButtons sending={sending} onCancel={onCancel} text={t('profile.tokens.make')} />
      </Stack>
    </form>
  )
}
