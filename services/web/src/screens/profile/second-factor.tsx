import { Badge, Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'

import { useMe } from '@/queries'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { Heading } from '@/ui/heading'
import { IconCircleCheck } from '@/ui/icons'
import section from '@/ui/section.module.css'

import { Enrolling } from './enrolling'
import { RecoveryCodes } from './recovery-codes'
import { Removing } from './removing'

type Step = 'enrol' | 'renew' | 'remove'

/** Codes of an app beside the password: set up, its recovery codes made anew, switched off. */
export function SecondFactor() {
  const { user, organisation } = useMe()
  const [isOpen, { open, close }] = useDisclosure(false)
  const [step, setStep] = useState<Step>('enrol')
  // What is shown once is not lost by a click beside it.
  const [secret, setSecret] = useState(false)
  const wanted = organisation.settings.second_factor_roles?.includes(user.role) === true
  const begin = (first: Step) => () => {
    setStep(first)
    open()
  }
  const during = { onClose: close, onSecret: () => setSecret(true) }
  return (
    <section>
      <Heading title={t('profile.factor.title')} text={t('profile.factor.text')}>
        {user.second_factor !== true && <Button onClick={begin('enrol')}>{t('profile.factor.enrol')}</Button>}
      </Heading>
      {user.second_factor === true && (
        <Group className={section.card} justify="space-between" gap="sm">
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
            <Button variant="default" onClick={begin('renew')}>
              {t('profile.factor.renew')}
            </Button>
            {!wanted && (
              <Button variant="default" onClick={begin('remove')}>
                {t('profile.factor.remove')}
              </Button>
            )}
          </Group>
        </Group>
      )}
      <Dialogue
        opened={isOpen}
        onClose={close}
        onExitTransitionEnd={() => setSecret(false)}
        title={t(`profile.factor.${step}`)}
        closeOnClickOutside={!secret}
        closeOnEscape={!secret}
        withCloseButton={!secret}
      >
        {step === 'enrol' && <Enrolling {...during} />}
        {step === 'renew' && <RecoveryCodes {...during} />}
        {step === 'remove' && <Removing onClose={close} />}
      </Dialogue>
    </section>
  )
}
