import { setNonce } from 'get-nonce'

// Given by the gateway with the page; a style without it is refused by the policy.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

if (nonce !== '') setNonce(nonce) // for what keeps the page still behind a dialogue

export const styleNonce = (): string => nonce
