// Who is signed in, in this browser.

import { api, type Me, type RightName, RIGHTS } from '.'
import { setCsrf } from './request'
import type { Answer } from './types'

type SignedIn = Extract<Answer<'/session', 'post'>, { csrf: string }>

/** The user of the browser's session; null where nobody is signed in. */
export async function resume(): Promise<Me | null> {
  const { csrf } = await api.get('/session')
  if (csrf === null) return null
  setCsrf(csrf)
  return api.get('/me')
}

/** Opens a session; returns a ticket where a code of the second factor is wanted first. */
export async function signIn(email: string, password: string): Promise<string | null> {
  const answer = await api.post('/session', { body: { email, password } })
  if ('ticket' in answer) return answer.ticket
  open(answer)
  return null
}

/** The second step of signing in. */
export async function signInWithCode(ticket: string, code: string): Promise<void> {
  open(await api.post('/session/code', { body: { ticket, code } }))
}

/** Ends the session; nothing of it stays in the page. */
export async function signOut(): Promise<void> {
  await api.delete('/session')
  setCsrf('')
}

/** Whether the user may do what the row of the rights table says. */
export function may(me: Me, right: RightName): boolean {
  return me.rights.includes(RIGHTS[right])
}

function open(session: SignedIn): void {
  setCsrf(session.csrf)
}
