import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'

import type { Ability, Card, Place } from '@/api'
import { t } from '@/texts'
import { IconAddressBook, IconFile, IconMapPin, IconPaperclip } from '@/ui/icons'

// Few messages have one: they are loaded when somebody asks for them.
const CardForm = lazy(() => import('./card-form'))
const PlaceForm = lazy(() => import('./place-form'))

interface AttachProps {
  /** What the connection can send. */
  abilities: readonly Ability[]
  disabled: boolean
  chooseFiles: () => void
  addPlace: (place: Place) => void
  addCard: (card: Card) => void
}

/** What goes along with the words: files, and in a chat a place or somebody's addresses. */
export function Attach({ abilities, disabled, chooseFiles, addPlace, addCard }: AttachProps) {
  const [open, setOpen] = useState<'place' | 'card'>()
  const close = () => setOpen(undefined)
  const icon = <IconPaperclip size={18} stroke={1.6} />
  const places = abilities.includes('places')
  const cards = abilities.includes('cards')
  if (!places && !cards) {
    return (
      <Tooltip label={t('composer.attach')}>
        <ActionIcon size="lg" variant="subtle" color="gray" aria-label={t('composer.attach')} disabled={disabled} onClick={chooseFiles}>
          {icon}
        </ActionIcon>
      </Tooltip>
    )
  }
  return (
    <>
      <Menu position="top-start">
        <Menu.Target>
          <Tooltip label={t('composer.handed.attach')}>
            <ActionIcon size="lg" variant="subtle" color="gray" aria-label={t('composer.handed.attach')}>
              {icon}
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconFile size={16} />} onClick={chooseFiles}>
            {t('composer.handed.files')}
          </Menu.Item>
          {places && (
            <Menu.Item leftSection={<IconMapPin size={16} />} onClick={() => setOpen('place')}>
              {t('composer.handed.place')}
            </Menu.Item>
          )}
          {cards && (
            <Menu.Item leftSection={<IconAddressBook size={16} />} onClick={() => setOpen('card')}>
              {t('composer.handed.card')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Suspense fallback={null}>
        {open === 'place' && (
          <PlaceForm
            close={close}
            insert={(place) => {
              addPlace(place)
              close()
            }}
          />
        )}
        {open === 'card' && (
          <CardForm
            close={close}
            insert={(card) => {
              addCard(card)
              close()
            }}
          />
        )}
      </Suspense>
    </>
  )
}
