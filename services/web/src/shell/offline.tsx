import { IconCloudOff } from '@/ui/icons'

import { useLine } from '@/live'
import { t } from '@/texts'

import classes from './shell.module.css'

/** Says that what is shown may be old, for as long as it is so. */
export function Offline() {
  const line = useLine()
  return (
    <div role="status" aria-live="polite">
      {line === 'offline' && (
        <div className={classes.offline}>
          <IconCloudOff size={18} aria-hidden /> {t('shell.offline')}
        </div>
      )}
    </div>
  )
}
