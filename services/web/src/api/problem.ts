/** A field of what was sent that is wrong: its path in the request, and why. */
export interface FieldError {
  readonly field: string
  readonly reason: string
}

interface ProblemJson {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly request_id?: string
  readonly errors?: readonly FieldError[]
}

/** What the API answers when something is wrong (RFC 9457). `code` is for programs. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  readonly errors: readonly FieldError[]
  readonly requestId: string
  /** Seconds after which the same request may be made again; undefined where that is no use. */
  readonly retryAfter: number | undefined

  constructor(problem: ProblemJson, retryAfter?: number) {
    super(problem.detail)
    this.status = problem.status
    this.code = problem.code
    this.errors = problem.errors ?? []
    this.requestId = problem.request_id ?? ''
    this.retryAfter = retryAfter
  }

  /** Why `field` was refused; undefined where it was not. */
  reason(field: string): string | undefined {
    return this.errors.find((each) => each.field === field)?.reason
  }
}

/** The request did not arrive, or its answer did not: the network or the server is away. */
export class Offline extends Error {
  override readonly name = 'Offline'

  constructor() {
    super('The server cannot be reached')
  }
}

/** The problem in an answer that is none of success. */
export async function problemOf(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get('Retry-After'))
  const retryAfter = response.headers.has('Retry-After') && !isNaN(seconds) ? seconds : undefined
  try {
    return new Problem((await response.json()) as ProblemJson, retryAfter)
  } catch {
    // A proxy in between answers with a page.
    const { status } = response
    return new Problem({ status, code: `http.${status}`, detail: response.statusText }, retryAfter)
  }
}

/** Whether the same request may go through when it is made again. */
export function isPassing(error: unknown): boolean {
  return error instanceof Offline || (error instanceof Problem && [429, 502, 503, 504].includes(error.status))
}
