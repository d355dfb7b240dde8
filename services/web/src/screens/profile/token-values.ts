// A new token as the form has it, and as the API wants it.

import type { ApiToken, BodyOf, Scope } from '@/api'

const DAY = 86_400_000

export const SCOPES: readonly Scope[] = ['read', 'send', 'organise', 'edit', 'manage', 'profile']
/** For how many days a token is good. */
export const LIVES = ['30', '90', '365', 'never'] as const

export interface TokenValues extends Record<string, unknown> {
  name: string
  limited: 'yes' | 'no'
  scopes: Scope[]
  expires_at: (typeof LIVES)[number]
}

/** A program mostly reads, and a forgotten token ends by itself. */
export const NEW: TokenValues = { name: '', limited: 'yes', scopes: ['read'], expires_at: '90' }

export function bodyOf({ name, limited, scopes, expires_at: life }: TokenValues, now: Date): BodyOf<'/me/tokens', 'post'> {
  return {
    name: name.trim(),
    scopes: limited === 'yes' ? SCOPES.filter((each) => scopes.includes(each)) : null,
    expires_at: life === 'never' ? null : new Date(now.getTime() + Number(life) * DAY).toISOString(),
  }
}

export function isOver({ expires_at: end }: Pick<ApiToken, 'expires_at'>, now: Date): boolean {
  return end != null && new Date(end) <= now
}
