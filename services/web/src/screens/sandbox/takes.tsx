import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'

import { api, type MailboxState } from '@/api'
import { t } from '@/texts'
import { IconInbox } from '@/ui/icons'

import type { Device } from './devices'
import { useLookAgain } from './queries'

const STATES: readonly MailboxState[] = ['open', 'full', 'gone']

/** Whether a mailbox takes mail, or how it comes back. */
export function Takes({ device: { address, name, standing } }: { device: Device }) {
  const again = useLookAgain()
  const put = useMutation({
    mutationFn: (state: MailboxState) => api.put('/sandbox/mailboxes', { body: { address, state } }),
    onSuccess: again,
  })
  const shown = put.isPending ? put.variables : standing
  const label = t('sandbox.takes', { name: name || address })
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label={label}>
          <ActionIcon variant={shown === 'open' ? 'subtle' : 'light'} {...(shown !== 'open' && { color: 'red' })} aria-label={label}>
            <IconInbox size={17} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={shown} onChange={(state) => put.mutate(state as MailboxState)}>
          {STATES.map((each) => (
            <Menu.RadioItem key={each} value={each} closeMenuOnClick>
              {t(`sandbox.take.${each}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
