import type { ProposalContent, ProposalItem, Service } from '@/api'

const NOT_OFFERED: readonly Service['details']['state'][] = ['declined', 'cancelled']

/**
 * What another version offers: the services of the trip as they are by now, at the prices that they had
 * in the last one. Where none had a price of its own the API takes them all by itself, at the trip's.
 */
export function itemsOf(content: ProposalContent | undefined, services: readonly Service[]): ProposalItem[] {
  const prices = new Map(content?.lines.flatMap(({ service_id, price }) => (price ? [[service_id, price] as const] : [])))
  if (prices.size === 0) return []
  return services
    .filter(({ details }) => !NOT_OFFERED.includes(details.state))
    .map(({ id }) => ({ service_id: id, price: prices.get(id) ?? null }))
}
