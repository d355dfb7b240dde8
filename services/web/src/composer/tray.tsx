import { CloseButton, Loader, Stack, Text } from '@mantine/core'

import type { Attachment, Card, Place } from '@/api'
import { said, t } from '@/texts'
import { fileSize } from '@/thread/files'
import { IconAddressBook, IconMapPin } from '@/ui/icons'

import { Attached } from './attached'
import classes from './composer.module.css'
import type { Upload } from './uploads'

interface TrayProps {
  attachments: readonly Attachment[]
  uploads: readonly Upload[]
  remove: (id: string) => void
  cancel: (key: string) => void
  place?: Place | undefined
  removePlace?: () => void
  cards?: readonly Card[]
  removeCard?: (card: Card) => void
}

/** What goes along with the words, seen before it goes. */
export function Tray({ attachments, uploads, remove, cancel, place, removePlace, cards = [], removeCard }: TrayProps) {
  if (attachments.length + uploads.length + cards.length === 0 && !place) return null
  return (
    <div className={classes.tray} role="group" aria-label={t('composer.attachments')}>
      {attachments.map((file) => (
        <div key={file.id} className={classes.item}>
          <Attached file={file} />
          <Named name={file.name} about={file.reason ? said(file.reason) : fileSize(file.size)} />
          <CloseButton size="xs" onClick={() => remove(file.id)} aria-label={t('composer.detach', { name: file.name })} />
        </div>
      ))}
      {uploads.map((file) => (
        <div key={file.key} className={classes.item}>
          <Loader size={20} role="img" aria-label={t('ui.loading')} />
          <Named name={file.name} about={fileSize(file.size)} />
          <CloseButton size="xs" onClick={() => cancel(file.key)} aria-label={t('composer.detach', { name: file.name })} />
        </div>
      ))}
      {place && <PlaceItem place={place} remove={removePlace} />}
      {cards.map((card, index) => (
        <div key={index} className={classes.item}>
          <IconAddressBook size={20} stroke={1.5} aria-hidden />
          <Named name={card.name} about={[...(card.phones ?? []), ...(card.emails ?? [])].join(', ')} />
          <CloseButton size="xs" onClick={() => removeCard?.(card)} aria-label={t('composer.detach', { name: card.name })} />
        </div>
      ))}
    </div>
  )
}

function PlaceItem({ place: { name, address, latitude, longitude }, remove }: { place: Place; remove: (() => void) | undefined }) {
  const called = [name, address, t('composer.handed.place')].find(Boolean) ?? ''
  return (
    <div className={classes.item}>
      <IconMapPin size={20} stroke={1.5} aria-hidden />
      <Named name={called} about={`${latitude.toFixed(5)}, ${longitude.toFixed(5)}`} />
      <CloseButton size="xs" onClick={remove} aria-label={t('composer.detach', { name: called })} />
    </div>
  )
}

function Named({ name, about }: { name: string; about: string }) {
  return (
    <Stack gap={0} miw={0}>
      <Text size="xs" fw={550} truncate title={name}>
        {name}
      </Text>
      <Text size="xs" c="dimmed" truncate title={about}>
        {about}
      </Text>
    </Stack>
  )
}
