import { useState } from 'react'

import { api } from '@/api'
import { t } from '@/texts'
import { ShownOnce } from '@/ui/shown-once'
import once from '@/ui/shown-once.module.css'

import type { StepProps } from './enrolling'
import classes from './profile.module.css'
import { Proving } from './proving'

/** New recovery codes, once the password was given. */
export function RecoveryCodes({ onClose, onSecret }: StepProps) {
  const [codes, setCodes] = useState<string[]>()
  if (codes !== undefined) return <Codes codes={codes} onKept={onClose} />
  return (
    <Proving
      text={t('profile.factor.renewText')}
      action={t('profile.factor.renew')}
      send={async (password) => {
        setCodes(await api.post('/me/second-factor/recovery-codes', { body: { password } }))
        onSecret()
      }}
      onCancel={onClose}
    />
  )
}

/** Recovery codes, this once. */
export function Codes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  return (
    <ShownOnce text={t('profile.factor.codes')} value={codes.join('\n')} onKept={onKept}>
      <ul className={`${once.secret} ${classes.codes}`} aria-label={t('profile.factor.codesTitle')}>
        {codes.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </ShownOnce>
  )
}
