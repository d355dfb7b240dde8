import { NumberInput, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Place } from '@/api'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons } from '@/ui/form'

import { pointOf } from './handed'

interface PlaceFormProps {
  insert: (place: Place) => void
  close: () => void
}

/** A point on the map to hand on: most have a link of it, and nobody knows its degrees. */
export default function PlaceForm({ insert, close }: PlaceFormProps) {
  const [link, setLink] = useState('')
  const [latitude, setLatitude] = useState<number | string>('')
  const [longitude, setLongitude] = useState<number | string>('')
  const [name, setName] = useState('')
  const [address, setAddress] = useState('')
  const unknown = link.trim() !== '' && pointOf(link) === undefined
  const degrees = { decimalScale: 6, hideControls: true, required: true } as const
  return (
    <Dialogue onClose={close} title={t('composer.handed.place')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          insert({ latitude: Number(latitude), longitude: Number(longitude), name: name.trim(), address: address.trim() })
        }}
      >
        <Stack gap="sm">
          <TextInput label={t('composer.handed.placeName')} placeholder={t('composer.handed.placeNameHint')} data-autofocus maxLength={500} value={name} onChange={({ currentTarget: { value } }) => setName(value)} />
          <TextInput label={t('composer.handed.address')} maxLength={500} value={address} onChange={({ currentTarget: { value } }) => setAddress(value)} />
          <TextInput
            label={t('composer.handed.link')}
            description={t('composer.handed.linkText')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={link}
            error={unknown && t('composer.handed.noPoint')}
            onChange={({ currentTarget: { value } }) => {
              setLink(value)
              const point = pointOf(value)
              if (!point) return
              setLatitude(point.latitude)
              setLongitude(point.longitude)
            }}
          />
          <SimpleGrid cols={2} spacing="sm">
            <NumberInput label={t('composer.handed.latitude')} min={-90} max={90} {...degrees} value={latitude} onChange={setLatitude} />
            <NumberInput label={t('composer.handed.longitude')} min={-180} max={180} {...degrees} value={longitude} onChange={setLongitude} />
          </SimpleGrid>
          <FormButtons sending={false} onCancel={close} text={t('composer.handed.add')} />
        </Stack>
      </form>
    </Dialogue>
  )
}
