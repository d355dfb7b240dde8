// Addresses as a person reads them.

const PHONE = /^\d{7,15}$/ // E.164

/** As people write it: a network's name of a phone is its number without the plus. */
export function readable(address: string): string {
  return PHONE.test(address) ? `+${address}` : address
}
