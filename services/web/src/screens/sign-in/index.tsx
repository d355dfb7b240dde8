import { Anchor, Box, Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'

import { api } from '@/api'
import { signIn, signInWithCode } from '@/api/session'
import { meQuery } from '@/queries'
import { t } from '@/texts'
import { FormProblem, useProblemForm } from '@/ui/form'

import type { Search } from './search'
import classes from './sign-in.module.css'

const route = getRouteApi('/sign-in')

type Step = { name: 'password' } | { name: 'code'; ticket: string } | { name: 'reset' }

/** Signing in: the password, then a code where the user has a second factor. */
export default function SignIn() {
  const [step, setStep] = useState<Step>({ name: 'password' })
  const { next }: Search = route.useSearch()
  const queries = useQueryClient()
  const router = useRouter()
  useEffect(() => {
    document.title = `${t('signIn.title')} · Fairlead`
  }, [])

  const enter = async () => {
    queries.clear()
    await queries.query(meQuery)
    await router.navigate({ href: next ?? '/', replace: true })
  }
  const back = () => setStep({ name: 'password' })
  return (
    <main className={classes.ground}>
      <Center mih="100dvh" p="md">
        <Box w="100%" maw={400}>
          <div className={classes.brand}>
            <img src="/icon.svg" alt="" width={40} height={40} />
            <span>Fairlead</span>
          </div>
          <Text className={classes.lead}>{t('signIn.lead')}</Text>
          <Paper p="xl" radius="lg" shadow="xl" className={classes.card}>
            {step.name === 'password' && (
              <PasswordStep
                onTicket={(ticket) => setStep({ name: 'code', ticket })}
                onForgotten={() => setStep({ name: 'reset' })}
                onSignedIn={enter}
              />
            )}
            {step.name === 'code' && <CodeStep ticket={step.ticket} onSignedIn={enter} onBack={back} />}
            {step.name === 'reset' && <ResetStep onBack={back} />}
          </Paper>
        </Box>
      </Center>
    </main>
  )
}

interface PasswordStepProps {
  onTicket: (ticket: string) => void
  onForgotten: () => void
  onSignedIn: () => Promise<void>
}

function PasswordStep({ onTicket, onForgotten, onSignedIn }: PasswordStepProps) {
  const { form, submit, sending, problem } = useProblemForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    send: async ({ email, password }) => {
      const ticket = await signIn(email.trim(), password)
      if (ticket === null) await onSignedIn()
      else onTicket(ticket)
    },
  })
  return (
    <Step title={t('signIn.title')} submit={submit} problem={problem}>
      <TextInput
        label={t('signIn.email')}
        type="email"
        autoComplete="username"
        required
        data-autofocus
        key={form.key('email')}
        {...form.getInputProps('email')}
      />
      <PasswordInput
        label={t('signIn.password')}
        autoComplete="current-password"
        required
        key={form.key('password')}
        {...form.getInputProps('password')}
      />
      <Button type="submit" loading={sending} fullWidth>
        {t('signIn.submit')}
      </Button>
      <Anchor component="button" type="button" size="sm" onClick={onForgotten}>
        {t('signIn.forgotten')}
      </Anchor>
    </Step>
  )
}

function CodeStep({ ticket, onSignedIn, onBack }: { ticket: string; onSignedIn: () => Promise<void>; onBack: () => void }) {
  const { form, submit, sending, problem } = useProblemForm({
    mode: 'uncontrolled',
    initialValues: { code: '' },
    send: async ({ code }) => {
      await signInWithCode(ticket, code.replace(/\s/g, ''))
      await onSignedIn()
    },
  })
  return (
    <Step title={t('signIn.codeTitle')} text={t('signIn.codeText')} submit={submit} problem={problem}>
      <TextInput
        label={t('signIn.code')}
        autoComplete="one-time-code"
        required
        data-autofocus
        key={form.key('code')}
        {...form.getInputProps('code')}
      />
      <Button type="submit" loading={sending} fullWidth>
        {t('signIn.codeSubmit')}
      </Button>
      <Back onBack={onBack} />
    </Step>
  )
}

function ResetStep({ onBack }: { onBack: () => void }) {
  const [sent, setSent] = useState<string>()
  const { form, submit, sending, problem } = useProblemForm({
    mode: 'uncontrolled',
    initialValues: { email: '' },
    send: async ({ email }) => {
      await api.post('/password-resets', { body: { email: email.trim() } })
      setSent(email.trim())
    },
  })
  if (sent !== undefined) {
    return (
      <Stack>
        <Text role="status">{t('signIn.resetDone', { email: sent })}</Text>
        <Back onBack={onBack} />
      </Stack>
    )
  }
  return (
    <Step title={t('signIn.resetTitle')} text={t('signIn.resetText')} submit={submit} problem={problem}>
      <TextInput
        label={t('signIn.email')}
        type="email"
        autoComplete="username"
        required
        data-autofocus
        key={form.key('email')}
        {...form.getInputProps('email')}
      />
      <Button type="submit" loading={sending} fullWidth>
        {t('signIn.resetSubmit')}
      </Button>
      <Back onBack={onBack} />
    </Step>
  )
}

interface StepProps {
  title: string
  text?: string
  submit: (event: React.SyntheticEvent<HTMLFormElement>) => void
  problem: string | undefined
  children: ReactNode
}

function Step({ title, text, submit, problem, children }: StepProps) {
  return (
    <form onSubmit={submit} aria-label={title}>
      <Stack>
        <Title order={1}>{title}</Title>
        {text !== undefined && (
          <Text c="dimmed" size="sm">
            {text}
          </Text>
        )}
        <FormProblem problem={problem} />
        {children}
      </Stack>
    </form>
  )
}

function Back({ onBack }: { onBack: () => void }) {
  return (
    <Anchor component="button" type="button" size="sm" onClick={onBack}>
      {t('signIn.back')}
    </Anchor>
  )
}
