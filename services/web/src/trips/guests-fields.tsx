import { ActionIcon, Fieldset, Group, Radio, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

import type { Guest } from '@/api'
import { t } from '@/texts'
import { IconTrash, IconUser } from '@/ui/icons'

import { ContactSelect } from './contact-select'

interface GuestsFieldsProps {
  guests: readonly Guest[]
  onChange: (guests: Guest[]) => void
  /** What is wrong with the guest at a place. */
  errorOf: (place: number) => ReactNode
}

/** Who travels: names, who speaks for all, and which of them are contacts. */
export function GuestsFields({ guests, onChange, errorOf }: GuestsFieldsProps) {
  const change = (place: number, guest: Guest) => onChange(guests.map((each, at) => (at === place ? guest : each)))
  const lead = guests.findIndex((each) => each.lead)
  return (
    <Fieldset legend={t('trips.form.guests')} p="sm">
      <Stack gap="xs">
        {guests.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('trips.form.noGuests')}
          </Text>
        )}
        <Radio.Group
          aria-label={t('trips.form.lead')}
          value={String(lead)}
          onChange={(chosen) => onChange(guests.map((each, at) => ({ ...each, lead: at === Number(chosen) })))}
        >
          <Stack gap={6}>
            {guests.map((guest, place) => (
              <Group key={place} gap={8} wrap="nowrap" align="flex-start">
                <TextInput
                  flex={1}
                  size="sm"
                  aria-label={t('trips.form.guest', { number: place + 1 })}
                  value={guest.name}
                  onChange={(event) => change(place, { ...guest, name: event.currentTarget.value })}
                  error={errorOf(place)}
                  rightSection={
                    guest.contact_id != null && (
                      <Tooltip label={t('trips.form.isContact')}>
                        <IconUser size={16} role="img" aria-label={t('trips.form.isContact')} />
                      </Tooltip>
                    )
                  }
                />
                <Radio value={String(place)} label={t('trips.form.leadShort')} mt={8} />
                <ActionIcon
                  size={36}
                  variant="subtle"
                  color="gray"
                  aria-label={t('trips.form.removeGuest', { name: guest.name })}
                  onClick={() => onChange(guests.filter((_, at) => at !== place))}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            ))}
          </Stack>
        </Radio.Group>
        <NewGuest key={guests.length} onNew={(guest) => onChange([...guests, { ...guest, lead: guests.length === 0 }])} />
      </Stack>
    </Fieldset>
  )
}

/** One more, found among the contacts or by a name alone. */
function NewGuest({ onNew }: { onNew: (guest: Guest) => void }) {
  return (
    <ContactSelect
      size="sm"
      aria-label={t('trips.form.addGuest')}
      placeholder={t('trips.form.addGuest')}
      value={undefined}
      onChange={(id, name) => id !== undefined && onNew({ name, contact_id: id })}
      onNew={(name) => onNew({ name, contact_id: null })}
    />
  )
}
