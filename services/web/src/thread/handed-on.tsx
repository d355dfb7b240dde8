import { Text } from '@mantine/core'

import type { Card, Place } from '@/api'
import { t } from '@/texts'
import { IconMapPin, IconUser } from '@/ui/icons'

import classes from './thread.module.css'

/** What a chat hands on beside words and files: a place, and people's addresses. */
export function HandedOn({ place, cards = [] }: { place?: Place | null | undefined; cards?: readonly Card[] | undefined }) {
  return (
    <>
      {place && <PlaceLine place={place} />}
      {cards.map((card, index) => (
        <div key={index} className={classes.file}>
          <IconUser size={20} stroke={1.5} aria-hidden />
          <div>
            <Text size="sm" fw={500}>{card.name}</Text>
            <Text size="xs">{[...(card.phones ?? []), ...(card.emails ?? [])].join(' · ')}</Text>
          </div>
        </div>
      ))}
    </>
  )
}

function PlaceLine({ place: { latitude, longitude, name, address } }: { place: Place }) {
  return (
    <a
      className={classes.file}
      href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
      target="_blank"
      rel="noopener noreferrer"
    >
      <IconMapPin size={20} stroke={1.5} aria-hidden />
      <div>
        <Text size="sm" fw={500}>{[name, t('thread.place')].find(Boolean)}</Text>
        <Text size="xs">{[address, `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`].find(Boolean)}</Text>
      </div>
    </a>
  )
}
