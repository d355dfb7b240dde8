/** How many decimal places an ISO 4217 currency has. */
export function decimals(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}

/** 12.5 € as 1250 cents. */
export function minorUnits(amount: number, currency: string): number {
  return Math.round(amount * 10 ** decimals(currency))
}

/** 1250 cents as 12.5 €. */
export function majorUnits(amount: number, currency: string): number {
  return amount / 10 ** decimals(currency)
}
