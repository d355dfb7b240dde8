import { describe, expect, it } from 'vitest'

import type { Service } from '@/api'

import { draftOf, lettersOf, missingVariables, otherProblems, type Planned, toPeople, type Trip } from './letters'

function planned(id: string, trip: string, supplier: string | null, starts_at: string): Planned {
  const service: Service = {
    id,
    itinerary_id: trip,
    starts_at,
    version: 1,
    details: {
      kind: 'transfer',
      name: id,
      date: starts_at.slice(0, 10),
      zone: 'Europe/Lisbon',
      supplier_id: supplier,
      supplier_name: supplier === null ? '' : `The firm ${supplier}`,
    },
  }
  return { service, reference: trip, title: trip }
}

const LATE = planned('late', 'one', 'drivers', '2026-12-03T18:00:00Z')
const EARLY = planned('early', 'one', 'drivers', '2026-12-03T08:00:00Z')
const OTHER = planned('other', 'two', 'drivers', '2026-12-04T08:00:00Z')
const GUIDE = planned('guide', 'one', 'guides', '2026-12-03T09:00:00Z')
const NOBODY = planned('nobody', 'one', null, '2026-12-03T10:00:00Z')
const ALSO = planned('also', 'two', null, '2026-12-03T11:00:00Z')

let keys = 0
const newKey = () => `key ${(keys += 1)}`

function names(letters: ReturnType<typeof lettersOf>) {
  return letters.map((each) => [each.name, ...each.services.map((one) => one.service.id)])
}

describe('letters to suppliers', () => {
  const occasion = { kind: 'purchase_order', whom: 'supplier' } as const

  it('are one for each supplier, with his services in the order of their time', () => {
    const letters = lettersOf(occasion, [LATE, GUIDE, EARLY], [], newKey)
    expect(names(letters)).toEqual([['The firm drivers', 'early', 'late'], ['The firm guides', 'guide']])
    expect(new Set(letters.map((each) => each.requestKey)).size).toBe(2)
  })

  it('are of a trip only where all services are', () => {
    const [one] = lettersOf(occasion, [LATE, EARLY], [], newKey)
    const [both] = lettersOf(occasion, [LATE, OTHER], [], newKey)
    expect([one?.itineraryId, both?.itineraryId]).toEqual(['one', null])
  })

  it('have one for all services that nobody provides, so that it is seen', () => {
    const letters = lettersOf(occasion, [NOBODY, GUIDE, ALSO], [], newKey)
    expect(names(letters)).toEqual([['The firm guides', 'guide'], ['', 'nobody', 'also']])
  })
})

describe('letters to travellers', () => {
  const occasion = { kind: 'message', whom: 'traveller' } as const
  const trip = (id: string, guests: Trip['details']['guests']): Trip => ({ id, reference: id, details: { title: id, ...(guests && { guests }) } })

  it('are one for each trip, to the lead guest', () => {
    const trips = [
      trip('one', [{ name: 'Ana', contact_id: 'a' }, { name: 'Ben', contact_id: 'b', lead: true }]),
      trip('two', [{ name: 'Cid', lead: true }, { name: 'Dora', contact_id: 'd' }]),
    ]
    const letters = lettersOf(occasion, [OTHER, GUIDE], trips, newKey)
    expect(names(letters)).toEqual([['Ben', 'guide'], ['Dora', 'other']])
    expect(letters.map((each) => each.contactId)).toEqual(['b', 'd'])
  })

  it('name the guest whom nobody can reach', () => {
    const [letter] = lettersOf(occasion, [], [trip('one', [{ name: 'Cid' }])], newKey)
    expect([letter?.name, letter?.contactId]).toEqual(['Cid', null])
  })
})

describe('the draft', () => {
  const occasion = { kind: 'purchase_order', whom: 'supplier' } as const
  const [letter] = lettersOf(occasion, [LATE, OTHER], [], newKey)

  it('leaves it to the services who gets it, and says nothing that nobody wrote', () => {
    if (letter === undefined) throw new Error('no letter')
    expect(draftOf({ ...letter, channel: 'email' }, { occasion, fromConcierge: true, sendAt: null })).toEqual({
      channel: 'email',
      kind: 'purchase_order',
      itinerary_id: null,
      from_concierge: true,
      to: [],
      service_ids: ['late', 'other'],
      variables: {},
      attachments: [],
    })
  })

  it('has no subject where the channel has none', () => {
    if (letter === undefined) throw new Error('no letter')
    const changed = { ...letter, channel: 'whatsapp', subject: 'Hello', text: ' Soon ', variables: { a: '1', b: ' ' } } as const
    const draft = draftOf(changed, { occasion, fromConcierge: false, sendAt: null })
    expect([draft.subject, draft.text, draft.variables]).toEqual([undefined, 'Soon', { a: '1' }])
  })

  it('leaves later on the clock of the place', () => {
    if (letter === undefined) throw new Error('no letter')
    const draft = draftOf({ ...letter, channel: 'email' }, { occasion, fromConcierge: false, sendAt: '2026-12-03 09:00:00' })
    expect(draft.send_at).toEqual({ local: { date: '2026-12-03', time: '09:00:00', zone: 'place' } })
  })
})

it('tells missing variables from what else is wrong', () => {
  const problems = [{ field: 'variables.proposal.url', reason: 'needs a value' }, { field: 'subject', reason: 'write one' }]
  expect(missingVariables(problems)).toEqual(['proposal.url'])
  expect(otherProblems(problems)).toEqual([{ field: 'subject', reason: 'write one' }])
})

describe('letters to whom somebody chooses', () => {
  const rita = { id: 'rita', name: 'Rita' }
  const jonas = { id: 'jonas', name: 'Jonas' }
  const common = { occasion: { kind: 'message', whom: 'person' }, fromConcierge: false, sendAt: null } as const

  it('keep what was begun while others are added and taken away', () => {
    const begun = toPeople([rita], [], newKey).map((each) => ({ ...each, text: 'Hello' }))
    const both = toPeople([rita, jonas], begun, newKey)
    expect(both.map(({ name, text }) => [name, text])).toEqual([['Rita', 'Hello'], ['Jonas', '']])
    expect(both[0]?.requestKey).toBe(begun[0]?.requestKey)
    expect(names(toPeople([jonas], both, newKey))).toEqual([['Jonas']])
  })

  it('have copies where they are mails, and nowhere else', () => {
    const [letter] = toPeople([rita], [], newKey)
    if (letter === undefined) throw new Error('unreachable')
    const copied = { ...letter, cc: ['lea@us.test'], bcc: ['books@us.test'], text: 'Hello' }
    expect(draftOf({ ...copied, channel: 'email' }, common)).toMatchObject({
      to: [{ contact_id: 'rita' }],
      cc: [{ address: 'lea@us.test' }],
      bcc: [{ address: 'books@us.test' }],
    })
    expect(draftOf({ ...copied, channel: 'sms' }, common)).not.toHaveProperty('bcc')
  })
})
