import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { type Source, Stream } from './stream'

class Fake implements Source {
  static all: Fake[] = []
  readonly listeners = new Map<string, (event: MessageEvent<string>) => void>()
  closed = false

  constructor(readonly address: string) {
    Fake.all.push(this)
  }

  addEventListener(name: string, listener: (event: MessageEvent<string>) => void) {
    this.listeners.set(name, listener)
  }

  close() {
    this.closed = true
  }

  say(name: string, lastEventId = '', data = '{}') {
    this.listeners.get(name)?.(new MessageEvent(name, { data, lastEventId }))
  }
}

function last(): Fake {
  const found = Fake.all.at(-1)
  if (!found) throw new Error('no line was opened')
  return found
}
const heard = { onEvent: vi.fn(), onReset: vi.fn(), onFirst: vi.fn(), onTrouble: vi.fn() }
let stream: Stream

beforeEach(() => {
  vi.useFakeTimers()
  Fake.all = []
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
  Object.values(heard).forEach((each) => each.mockReset())
  stream = new Stream({ topics: ['label.changed'], open: (address) => new Fake(address), ...heard })
  stream.start()
})

afterEach(() => {
  stream.stop()
  vi.useRealTimers()
})

describe('the stream', () => {
  it('begins with now, and hands on what it hears', () => {
    expect(last().address).toBe('/api/v1/events')
    last().say('open')
    last().say('label.changed', '41', '{"removed":true}')
    expect(stream.state).toBe('live')
    expect(heard.onEvent).toHaveBeenCalledExactlyOnceWith('label.changed', { removed: true })
    expect(heard.onFirst).toHaveBeenCalledOnce()
  })

  it('goes on behind the last event after the line broke', () => {
    last().say('open')
    last().say('label.changed', '41')
    last().say('error')
    expect(last().closed).toBe(true)
    vi.advanceTimersByTime(1000)
    expect(Fake.all).toHaveLength(2)
    expect(last().address).toBe('/api/v1/events?after=41')
    last().say('open')
    expect(heard.onFirst).toHaveBeenCalledOnce()
  })

  it('has everything fetched anew where the server cannot go back so far', () => {
    last().say('open')
    last().say('reset', '900')
    expect(heard.onReset).toHaveBeenCalledOnce()
    last().say('error')
    vi.advanceTimersByTime(1000)
    expect(last().address).toBe('/api/v1/events?after=900')
  })

  it('tells of a broken line when it lasts, and waits longer each time', () => {
    last().say('open')
    last().say('error')
    expect(stream.state).toBe('waiting')
    for (let tries = 0; tries < 4; tries++) {
      vi.advanceTimersByTime(10_000)
      last().say('error')
    }
    expect(stream.state).toBe('offline')
    expect(heard.onTrouble).toHaveBeenCalledOnce()
    const before = Fake.all.length
    vi.advanceTimersByTime(3_000)
    expect(Fake.all).toHaveLength(before)
  })

  it('says at once that the network is away, and comes back with it', () => {
    last().say('open')
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    dispatchEvent(new Event('offline'))
    expect(stream.state).toBe('offline')
    const before = Fake.all.length
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
    dispatchEvent(new Event('online'))
    expect(Fake.all).toHaveLength(before + 1)
    last().say('open')
    expect(stream.state).toBe('live')
  })

  it('is silent after its end', () => {
    stream.stop()
    expect(last().closed).toBe(true)
    vi.advanceTimersByTime(60_000)
    expect(Fake.all).toHaveLength(1)
  })
})
