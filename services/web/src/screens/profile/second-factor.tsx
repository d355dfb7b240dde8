import { Badge, Button, Group, Modal, Text } from '@mantine/core'
import { useState } from 'react'

import { useMe } from '@/queries'
import { t } from '@/texts'
import { Heading } from '@/ui/heading'
import { IconCircleCheck } from '@/ui/icons'

import classes from './profile.module.css'
import { Enrolling } from './enrolling'
import { RecoveryCodes } from './recovery-codes'
import { Removing } from './removing'

type Open = 'enrol' | 'renew' | 'remove'

/** Codes of an app beside the password: set up, its recovery codes made anew, switched off. */
export function SecondFactor() {
  const { user, organisation } = useMe()
  const [open, setOpen] = useState<Open>()
  // What is shown once is not lost by a click beside it.
  const [secret, setSecret] = useState(false)
  const wanted = organisation.settings.second_factor_roles?.includes(user.role) === true
  const close = () => {
    setOpen(undefined)
    setSecret(false)
  }
  const step = { onClose: close, onSecret: () => setSecret(true) }
  return (
    <section>
      <Heading title={t('profile.factor.title')} text={t('profile.factor.text')}>
        {user.second_factor !== true && <Button onClick={() => setOpen('enrol')}>{t('profile.factor.enrol')}</Button>}
      </Heading>
      {user.second_factor === true && (
        <Group className={classes.card} justify="space-between" gap="sm">
          <div>
            <Badge color="tide" leftSection={<IconCircleCheck size={13} />}>
              {t('profile.factor.on')}
            </Badge>
            {wanted && (
              <Text size="sm" c="dimmed" mt={4}>
                {t('profile.factor.wanted')}
              </Text>
            )}
          </div>
          <Group gap="xs">
            <Button variant="default" onClick={() => setOpen('renew')}>
              {t('profile.factor.renew')}
            </Button>
            {!wanted && (
              <Button variant="default" onClick={() => setOpen('remove')}>
                {t('profile.factor.remove')}
              </Button>
            )}
          </Group>
        </Group>
      )}
      {open !== undefined && (
        <Modal
          opened
          onClose={close}
          title={t(`profile.factor.${open}`)}
          closeOnClickOutside={!secret}
          closeOnEscape={!secret}
          withCloseButton={!secret}
          closeButtonProps={{ 'aria-label': t('ui.close') }}
        >
          {open === 'enrol' && <Enrolling {...step} />}
          {open === 'renew' && <RecoveryCodes {...step} />}
          {open === 'remove' && <Removing onClose={close} />}
        </Modal>
      )}
    </section>
  )
}
