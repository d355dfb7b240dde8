import { Button, type ButtonProps } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'

import type { Person } from '@/people/contacts-select'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { IconMessagePlus } from '@/ui/icons'
import { useKeys } from '@/ui/keys'

import { Outreach } from './index'

interface WriteProps extends Pick<ButtonProps, 'size' | 'variant'> {
  /** Who is written to, unless somebody chooses others. */
  people?: readonly Person[]
}

/** Begins a message to whomever one likes, by any channel; by `n` too. Nothing where one may not send. */
export function Write(props: WriteProps) {
  return useMay('SEND_MESSAGES') ? <Writing {...props} /> : null
}

function Writing({ people = [], ...button }: WriteProps) {
  const [isOpen, { open, close }] = useDisclosure(false)
  useKeys('outreach.keys.title', [
    { key: 'n', text: 'outreach.keys.write', run: () => document.querySelector('[role="dialog"]') ?? open() },
  ])
  return (
    <>
      <Button {...button} leftSection={<IconMessagePlus size={16} aria-hidden />} onClick={open}>
        {t('outreach.write')}
      </Button>
      <Outreach occasion={isOpen ? { kind: 'message', whom: 'person' } : null} services={[]} trips={[]} people={people} onClose={close} />
    </>
  )
}
