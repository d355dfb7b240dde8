// The price list as its form has it: fields can be empty, and the list is put whole.

import type { BodyOf, Price, PriceList } from '@/api'

type Field = number | string

export interface Values extends Record<string, unknown> {
  prices: (Pick<Price, 'channel' | 'mode'> & { prefix: string; credits: Field })[]
  low: Field
}

export function valuesOf({ prices = [], low_balance = 0 }: PriceList): Values {
  return { prices: prices.map(({ channel, mode, prefix = '', credits }) => ({ channel, mode, prefix, credits })), low: low_balance }
}

export function listOf({ prices, low }: Values): BodyOf<'/credits/prices', 'put'> {
  return {
    prices: prices.map((each) => ({ ...each, prefix: each.prefix.trim(), credits: Number(each.credits) })),
    low_balance: Number(low),
  }
}

/** The field of the form that the API means. */
export function fieldOf(field: string): string {
  return field === 'low_balance' ? 'low' : field.replace(/\[(\d+)\]/g, '.$1')
}
