import { notifications } from '@mantine/notifications'
import { IconAlertTriangle, IconCheck } from '@/ui/icons'

import { Problem } from '@/api'
import { t } from '@/texts'

import { wording } from './wording'

/** Short notes in the corner. What failed says why, and stays until it was read. */
export const toast = {
  done(message: string): void {
    notifications.show({ message, color: 'teal', icon: <IconCheck size={18} />, autoClose: 4000 })
  },

  /** For what was not done, where nothing failed. */
  refused(message: string): void {
    notifications.show({ id: message, message, color: 'red', icon: <IconAlertTriangle size={18} />, autoClose: 10_000, withBorder: true })
  },

  failure(error: unknown, title = t('ui.failed')): void {
    const request = error instanceof Problem && error.status >= 500 ? error.requestId : ''
    notifications.show({
      // The same failure, said twice, is one note.
      id: `${title} ${wording(error)}`,
      title,
      message: request === '' ? wording(error) : `${wording(error)}\n${t('ui.request', { id: request })}`,
      color: 'red',
      icon: <IconAlertTriangle size={18} />,
      autoClose: 10_000,
      withBorder: true,
      style: { whiteSpace: 'pre-line' },
    })
  },
}
