import { ActionIcon, CopyButton, Group, Stack, Text, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconBrandWhatsapp, IconCheck, IconCopy, IconMail, IconPhone } from '@/ui/icons'

import type { Contact } from '@/api'
import { said, t, tv } from '@/texts'

const ICONS = { email: IconMail, phone: IconPhone, whatsapp: IconBrandWhatsapp }

/** All addresses of a person, and which of them do not work. */
export function Identities({ contact }: { contact: Contact }) {
  if (contact.identities.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {t('conversations.noIdentities')}
      </Text>
    )
  }
  return (
    <Stack gap={3} role="list" aria-label={t('conversations.identities')}>
      {contact.identities.map((each) => {
        const Icon = ICONS[each.scheme]
        const fails = each.reachability === 'failed' || each.reachability === 'failing'
        return (
          <Group key={each.id} gap={6} wrap="nowrap" role="listitem">
            <Icon size={15} stroke={1.6} role="img" aria-label={tv('conversations.scheme', each.scheme)} style={{ flex: 'none' }} />
            <Text size="xs" truncate flex={1} title={each.display}>
              {each.display}
            </Text>
            {fails && (
              <Tooltip label={each.reason ? said(each.reason) : t('conversations.unreachable')} multiline maw={300}>
                <IconAlertTriangle size={15} color="var(--mantine-color-error)" role="img" aria-label={t('conversations.unreachable')} />
              </Tooltip>
            )}
            <CopyButton value={each.value}>
              {({ copied, copy }) => (
                <ActionIcon variant="subtle" color="gray" size={24} onClick={copy} aria-label={t('conversations.copy', { value: each.display })}>
                  {copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
                </ActionIcon>
              )}
            </CopyButton>
          </Group>
        )
      })}
    </Stack>
  )
}
