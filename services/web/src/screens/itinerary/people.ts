import type { Contact, Itinerary as Trip } from '@/api'

/** Everybody of the trip who has a name and a contact, each once: guests, suppliers, and its agent. */
export function peopleOf({ details, services }: Pick<Trip, 'details' | 'services'>, agent?: Pick<Contact, 'id' | 'name'>): { id: string; name: string }[] {
  const found = new Map<string, string>()
  for (const { contact_id, name } of details.guests ?? []) if (contact_id != null) found.set(contact_id, name)
  for (const { details: it } of services) if (it.supplier_id != null) found.set(it.supplier_id, it.supplier_name ?? '')
  if (agent !== undefined) found.set(agent.id, agent.name)
  return [...found].map(([id, name]) => ({ id, name })).filter((each) => each.name !== '')
}
