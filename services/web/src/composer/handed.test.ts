import { describe, expect, it } from 'vitest'

import type { Contact } from '@/api'

import { addressesOf, cardOf, pointOf } from './handed'

describe('a point on the map', () => {
  const belem = { latitude: 38.6916, longitude: -9.216 }

  it.each([
    '38.6916, -9.216',
    ' 38.6916 -9.2160 ',
    'https://www.google.com/maps/@38.6916,-9.216,17z',
    'https://www.google.com/maps?q=38.6916,-9.216',
    'https://www.google.com/maps/search/?api=1&query=38.6916%2C-9.216',
    'https://maps.google.com/maps?q=loc:38.6916,-9.216&z=12',
    'https://maps.apple.com/?ll=38.6916,-9.216&q=Tower',
    'https://www.openstreetmap.org/?mlat=38.6916&mlon=-9.216#map=16/1.5/2.5',
    'https://www.openstreetmap.org/#map=16/38.6916/-9.216',
    'https://www.google.com/maps/place/Tower/@1.5,2.5,17z/data=!3m1!4b1!4m6!3d38.6916!4d-9.216',
  ])('is read from %s', (written) => {
    expect(pointOf(written)).toEqual(belem)
  })

  it.each(['', 'Belém Tower', 'https://maps.app.goo.gl/abc', '91, 10', '10, 181', '38.6916', '+351 912 000 001'])('is none in “%s”', (written) => {
    expect(pointOf(written)).toBeUndefined()
  })
})

describe('a card', () => {
  const identities = [
    { scheme: 'phone', value: '+351912000001' },
    { scheme: 'whatsapp', value: '351912000001' },
    { scheme: 'whatsapp', value: '83627364527@lid' },
    { scheme: 'email', value: 'rita@guide.test' },
  ] as Contact['identities']

  it('has each address once, and none that cannot be called', () => {
    expect(addressesOf({ identities })).toEqual({ phones: ['+351912000001'], emails: ['rita@guide.test'] })
  })

  it('hands on what was chosen alone', () => {
    const rita = { name: 'Rita', company: 'Guides', identities }
    expect(cardOf(rita, ['+351912000001'])).toEqual({ name: 'Rita', company: 'Guides', phones: ['+351912000001'], emails: [] })
  })
})
