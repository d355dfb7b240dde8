import { PasswordInput } from '@mantine/core'

import { t } from '@/texts'
import type { ProblemForm } from '@/ui/form'

import type { Values } from './connection-values'

/** What each part of the form of a connection gets. */
export interface Part {
  form: ProblemForm<Values>['form']
  /** There are secrets already, which stay where none is written. */
  kept: boolean
}

export function Secret({ form, kept, name, ...more }: Part & { name: string; label: string; maxLength?: number }) {
  return <PasswordInput {...(kept && { placeholder: t('settings.field.secretText') })} autoComplete="new-password" {...more} {...form.getInputProps(name)} />
}
