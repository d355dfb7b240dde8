// The API: `await api.get('/contacts/{id}', { path: { id } })`. Types come from the OpenAPI document
// (make contracts), so a door that changes breaks the build of the screen that uses it.

import { request } from './request'
import type { File } from './schema'
import type { Answer, Asked, Method, PathOf, Rest } from './types'

export { isPassing, Offline, Problem, type FieldError } from './problem'
export { addressOf } from './request'
export { RIGHTS, type RightName } from './rights'
export type * from './schema'
export type { Answer, BodyOf, PathOf, Query } from './types'

function door<M extends Method>(method: M) {
  return <P extends PathOf<M>>(path: P, ...rest: Rest<Asked<P, M>>): Promise<Answer<P, M>> =>
    request(method, path, rest[0]) as Promise<Answer<P, M>>
}

/** All raise `Problem` for what the API refuses, and `Offline` where it cannot be reached. */
export const api = {
  get: door('get'),
  post: door('post'),
  put: door('put'),
  patch: door('patch'),
  delete: door('delete'),

  /** Uploads a file, to be named in a draft. */
  upload(file: Blob, name: string, signal?: AbortSignal): Promise<File> {
    const body = new FormData()
    body.set('file', file, name)
    return request('post', '/files', { body, ...(signal && { signal }) }) as Promise<File>
  },
}

/** A new Idempotency-Key. Make it with the draft or form, not with the click: two clicks send or make once. */
export function newKey(): string {
  return crypto.randomUUID()
}
