import { Offline, Problem } from '@/api'
import { said, t } from '@/texts'

/** What went wrong, in a sentence for a person; the fields that are wrong are named. */
export function wording(error: unknown): string {
  if (error instanceof Offline) return t('ui.unreachable')
  if (!(error instanceof Problem)) return t('ui.broken')
  if (error.status === 412) return t('ui.stale')
  if (error.status === 429) return t('ui.tooMany')
  if (error.code === 'gateway.key_reused') return t('ui.madeAlready')
  const fields = error.errors.map((each) => `${each.field}: ${said(each.reason)}`)
  return fields.length > 0 ? fields.join('\n') : said(error.message, error.code)
}
