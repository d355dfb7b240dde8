// What each door of the API takes and gives, read off the types made from its OpenAPI document.

import type { paths } from './schema'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

type Prefix = '/api/v1'
type Short<P> = P extends `${Prefix}${infer S}` ? S : never
type Full<P extends string> = `${Prefix}${P}` & keyof paths

/** The paths that have a door for `M`, without the prefix. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? Short<P> : never
}[keyof paths]

type Operation<P extends string, M extends Method> = paths[Full<P>] extends Record<M, infer O> ? O : never

type Parameters<O> = O extends { parameters: infer T } ? T : never
type InPath<O> = Parameters<O> extends { path: infer T } ? T : never
// What is undefined is not asked (request.ts), so that a screen can name all its filters.
type Leaving<T> = { [K in keyof T]: T[K] | undefined }
type InQuery<O> = Parameters<O> extends { query?: infer T } ? Leaving<Exclude<T, undefined>> : never
type Needs<O, H extends string> =
  Parameters<O> extends { header: infer T } ? (T extends Record<H, string> ? true : false) : false
type Takes<O, H extends string> =
  Parameters<O> extends { header?: infer T } ? (H extends keyof Exclude<T, undefined> ? true : false) : false
type Body<O> = O extends { requestBody: { content: { 'application/json': infer T } } } ? T : never

type Content<R> = R extends { content: { 'application/json': infer T } } ? T : undefined
type Success<R> = {
  [S in keyof R]: S extends 200 | 201 | 202 | 204 ? Content<R[S]> : never
}[keyof R]

/** What comes back. */
export type Answer<P extends string, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? Success<R> : never

/** The query of a GET, for a screen that keeps its filters somewhere. */
export type Query<P extends string, M extends Method = 'get'> = InQuery<Operation<P, M>>

/** The JSON that goes there. */
export type BodyOf<P extends string, M extends Method> = Body<Operation<P, M>>

/** What holds for every type all of whose fields may be left out, the empty one included. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
interface Nothing {}

type Wanted<T, K extends string> = [T] extends [never]
  ? unknown
  : Nothing extends T
    ? Partial<Record<K, T>>
    : Record<K, T>

/**
 * What a call takes. `version` is that of what was read, where the door wants to know which state
 * is changed; `key` makes repeating safe: one for each thing to send or make, kept until it is.
 */
export type Asked<P extends string, M extends Method> = Wanted<InPath<Operation<P, M>>, 'path'> &
  Wanted<InQuery<Operation<P, M>>, 'query'> &
  Wanted<Body<Operation<P, M>>, 'body'> &
  (Needs<Operation<P, M>, 'If-Match'> extends true ? { version: number } : unknown) &
  (Needs<Operation<P, M>, 'Idempotency-Key'> extends true ? { key: string } : unknown) &
  (Takes<Operation<P, M>, 'Idempotency-Key'> extends true ? { key?: string } : unknown) & {
    signal?: AbortSignal
  }

/** The arguments after the path: none need be given where nothing is wanted. */
export type Rest<A> = Nothing extends A ? [asked?: A] : [asked: A]
