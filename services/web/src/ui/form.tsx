import { Alert, Button, Group } from '@mantine/core'
import { useForm, type UseFormInput, type UseFormReturnType } from '@mantine/form'
import { IconAlertCircle } from '@/ui/icons'
import { useMutation } from '@tanstack/react-query'
import { type SyntheticEvent, useState } from 'react'

import { Problem } from '@/api'
import { said, t } from '@/texts'

import { wording } from './wording'

interface Options<V extends Record<string, unknown>> extends UseFormInput<V> {
  /** Sends the values; what it raises is shown at the fields that the API names. */
  send: (values: V) => Promise<unknown>
  onSent?: () => void
  /** The field of the form that a field of the API is, where they differ: `details.label`. */
  fieldOf?: (apiField: string) => string
  /**
   * What there is now, asked when somebody else changed it meanwhile. Fields that were left alone
   * take it, what was written stays, and the next try is made upon it.
   */
  reload?: () => Promise<V>
}

export interface ProblemForm<V extends Record<string, unknown>> {
  form: UseFormReturnType<V>
  /** For `<form onSubmit>`. */
  submit: (event: SyntheticEvent<HTMLFormElement>) => void
  sending: boolean
  /** What no field of the form is to blame for; goes into `<FormProblem>`. */
  problem: string | undefined
}

/** A form whose fields say what the API has against them. */
export function useProblemForm<V extends Record<string, unknown>>(options: Options<V>): ProblemForm<V> {
  const { send, onSent, fieldOf = (field: string) => field, reload, ...input } = options
  const form = useForm<V>(input)
  const [problem, setProblem] = useState<string>()
  const sending = useMutation({
    mutationFn: async (values: V) => {
      try {
        await send(values)
      } catch (error) {
        if (reload === undefined || !(error instanceof Problem && error.status === 412)) throw error
        const now = await reload()
        const merged = merge(form.getInitialValues(), values, now)
        form.setInitialValues(now)
        form.setValues(merged.values)
        throw new ChangedMeanwhile(merged.clashes)
      }
    },
    meta: { silent: true },
    onSuccess: () => {
      form.resetDirty()
      onSent?.()
    },
    onError: (error) => {
      if (error instanceof ChangedMeanwhile) {
        setProblem(t('ui.meanwhile'))
        form.setErrors(error.clashes)
        return
      }
      const { fields, rest } = blame(error, form.getValues(), fieldOf)
      form.setErrors(fields)
      setProblem(rest)
      const [first] = Object.keys(fields)
      if (first !== undefined) form.getInputNode(first)?.focus()
    },
  })
  const submit = form.onSubmit(
    (values) => {
      setProblem(undefined)
      if (!sending.isPending) sending.mutate(values)
    },
    (errors) => form.getInputNode(Object.keys(errors)[0] ?? '')?.focus(),
  )
  return { form, submit: (event) => submit(event), sending: sending.isPending, problem }
}

/** Somebody else changed what the form is about; `clashes` says what he wrote where one wrote too. */
class ChangedMeanwhile extends Error {
  readonly clashes: Record<string, string>

  constructor(clashes: Record<string, unknown>) {
    super('Somebody changed this meanwhile')
    const said = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
    this.clashes = Object.fromEntries(
      Object.entries(clashes).map(([name, value]) => [name, said(value) === '' ? t('ui.theirsElse') : t('ui.theirs', { value: said(value) })]),
    )
  }
}

/** What was written upon what there is now; `clashes` are the fields that both changed. */
export function merge<V extends Record<string, unknown>>(before: V, mine: V, now: V): { values: V; clashes: Record<string, unknown> } {
  const values = { ...now }
  const clashes: Record<string, unknown> = {}
  for (const name of Object.keys(now) as (keyof V & string)[]) {
    if (isSame(mine[name], before[name])) continue
    values[name] = mine[name]
    if (!isSame(now[name], before[name]) && !isSame(now[name], mine[name])) clashes[name] = now[name]
  }
  return { values, clashes }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Which fields of the form are to blame, and what is left to be said. */
export function blame(
  error: unknown,
  values: Record<string, unknown>,
  fieldOf: (apiField: string) => string,
): { fields: Record<string, string>; rest: string | undefined } {
  if (!(error instanceof Problem) || error.errors.length === 0) return { fields: {}, rest: wording(error) }
  const fields: Record<string, string> = {}
  const others: string[] = []
  for (const { field, reason } of error.errors) {
    const name = fieldOf(field)
    if (has(values, name)) fields[name] = said(reason)
    else others.push(`${field}: ${said(reason)}`)
  }
  return { fields, rest: others.length > 0 ? others.join('\n') : undefined }
}

function has(values: unknown, path: string): boolean {
  let found = values
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !(name in found)) return false
    found = (found as Record<string, unknown>)[name]
  }
  return true
}

/** Above the button: what is wrong with the whole, and not with a field. */
export function FormProblem({ problem }: { problem: string | undefined }) {
  if (problem === undefined) return null
  return (
    <Alert color="red" role="alert" icon={<IconAlertCircle size={18} />} style={{ whiteSpace: 'pre-line' }}>
      {problem}
    </Alert>
  )
}

/** Below a form in a dialogue: to leave it, and to send it, which is called `text`. */
export function FormButtons({ sending, onCancel, text, disabled = false }: { sending: boolean; onCancel: () => void; text: string; disabled?: boolean }) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        {t('ui.cancel')}
      </Button>
      <Button type="submit" loading={sending} disabled={disabled}>
        {text}
      </Button>
    </Group>
  )
}

/** Below a form that stands on its screen: to send it, once something of it was changed. */
export function SaveButton({ sending, dirty }: { sending: boolean; dirty: boolean }) {
  return (
    <Group justify="flex-end">
      <Button type="submit" loading={sending} disabled={!dirty}>
        {t('ui.save')}
      </Button>
    </Group>
  )
}
