// One connection to the live stream for the whole page, kept for as long as somebody is signed in.
// What came while it was broken is told afterwards: the server resumes behind the last number seen.

import { addressOf } from '@/api'

/** `waiting` is the short while before anybody need know that the line is broken. */
export type LineState = 'waiting' | 'live' | 'offline'

/** What we use of the browser's EventSource. */
export interface Source {
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void
  close(): void
}

interface Options {
  /** The names of the events to hear. */
  topics: readonly string[]
  onEvent: (topic: string, data: unknown) => void
  /** The server cannot say any more what was missed: everything is to be fetched anew. */
  onReset: () => void
  /** The line was opened for the first time. */
  onFirst: () => void
  /** The line broke again and again: perhaps nobody is signed in any more. */
  onTrouble: () => void
  open?: (address: string) => Source
}

const FIRST_WAIT = 500
const LONGEST_WAIT = 15_000
const QUIET = 2_000 // ms of a broken line that nobody is told of

export class Stream {
  #state: LineState = 'waiting'
  #source: Source | undefined
  #last: string | undefined
  #failures = 0
  #opened = false
  #retry: ReturnType<typeof setTimeout> | undefined
  #quiet: ReturnType<typeof setTimeout> | undefined
  readonly #options: Options
  readonly #listeners = new Set<() => void>()

  constructor(options: Options) {
    this.#options = options
  }

  get state(): LineState {
    return this.#state
  }

  /** For useSyncExternalStore. */
  readonly onState = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    addEventListener('online', this.#again)
    addEventListener('offline', this.#broken)
    this.#open()
  }

  /** Ends it; a later `start` is a new beginning, for another user perhaps. */
  stop(): void {
    removeEventListener('online', this.#again)
    removeEventListener('offline', this.#broken)
    this.#close()
    this.#calm()
    this.#last = undefined
    this.#opened = false
    this.#failures = 0
    this.#set('waiting')
  }

  #open(): void {
    this.#close()
    const query = this.#last === undefined ? {} : { after: this.#last }
    const open = this.#options.open ?? ((address) => new EventSource(address))
    const source = open(addressOf('/events', { query }))
    this.#source = source
    source.addEventListener('open', () => this.#isOpen())
    source.addEventListener('error', this.#broken)
    source.addEventListener('reset', (event) => {
      this.#last = event.lastEventId
      this.#options.onReset()
    })
    for (const topic of this.#options.topics) {
      source.addEventListener(topic, (event) => {
        this.#last = event.lastEventId
        this.#options.onEvent(topic, JSON.parse(String(event.data)))
      })
    }
  }

  #isOpen(): void {
    this.#calm()
    this.#failures = 0
    this.#set('live')
    if (!this.#opened) this.#options.onFirst()
    this.#opened = true
  }

  // The browser would try again by itself, but not after every answer, and always as fast.
  readonly #broken = (): void => {
    this.#close()
    if (this.#state === 'live') this.#set('waiting')
    if (!navigator.onLine) this.#set('offline')
    this.#quiet ??= setTimeout(() => this.#set('offline'), QUIET)
    this.#failures += 1
    if (this.#failures % 3 === 0) this.#options.onTrouble()
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.#failures - 1))
    this.#retry = setTimeout(() => this.#open(), wait * (0.5 + Math.random() / 2))
  }

  readonly #again = (): void => this.#open()

  #close(): void {
    clearTimeout(this.#retry)
    this.#source?.close()
    this.#source = undefined
  }

  #calm(): void {
    clearTimeout(this.#quiet)
    this.#quiet = undefined
  }

  #set(state: LineState): void {
    if (this.#state === state) return
    this.#state = state
    this.#listeners.forEach((tell) => tell())
  }
}
