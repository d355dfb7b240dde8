import { lazy, Suspense } from 'react'

import type { Person } from '@/people/contacts-select'

import type { Occasion, Planned, Trip } from './letters'

export type { Occasion, Planned, Trip, Whom } from './letters'

export interface OutreachProps {
  /** What is wanted; null while the dialogue is closed. */
  occasion: Occasion | null
  /** The services that it is about; none for a letter about the whole trip. */
  services: readonly Planned[]
  /** The trips: for travellers and agents one letter each. */
  trips: readonly Trip[]
  /** Who is written to at first, where people are chosen. */
  people?: readonly Person[]
  fromConcierge?: boolean
  /** What a template needs and the data does not say, as `proposal.url`. */
  variables?: Readonly<Record<string, string>>
  /** Files that go with each letter. */
  attachments?: readonly { id: string; name: string }[]
  onClose: () => void
  /** A letter left, with these services in it. */
  onSent?: (services: readonly Planned[]) => void
}

const Letters = lazy(() => import('./dialogue'))

/** The dialogue by which travellers, suppliers and agents are written to, one message each. */
export function Outreach({ occasion, ...props }: OutreachProps) {
  if (occasion === null) return null
  return (
    <Suspense fallback={null}>
      <Letters key={JSON.stringify(occasion)} occasion={occasion} {...props} />
    </Suspense>
  )
}
