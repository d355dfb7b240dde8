// How long a person waits, for `make bench ARGS=screens`: no test, it fails only where it cannot measure.

import { writeFileSync } from 'node:fs'

import type { Browser, BrowserContext, Page } from '@playwright/test'

import { expect, signIn, test, up } from './signed-in'

const asked = JSON.parse(process.env.MEASURE ?? '{}') as { conversation: string; conversations: number; messages: number; rounds: number }

const STEP = 300 // px in a frame: as fast as a wheel is turned in earnest
const LONGEST = 60 // s that one list is scrolled

const LIST = '[role=list][aria-label=Conversations]'
const ROW = `${LIST} a`
const LINE = '[role=log] [data-index]'

interface Scrolled {
  frames: number[]
  long_tasks: number[]
  most_rows: number
  reached: number
  seconds: number
}

interface Way {
  /** What stands in the element that scrolls. */
  inside: string
  rows: string
  step: number
  longest: number
  /** Rows at which one is through, or a text that stands at the end. */
  all: number
  end?: string
}

/** In the page: scrolls by a step each frame, until the end or the time is reached. */
async function scroll({ inside, rows, step, longest, all, end }: Way): Promise<Scrolled> {
  const first = document.querySelector(inside)
  const scroller = first?.closest<HTMLElement>('[tabindex="0"]')
  if (!first || !scroller) throw new Error(`Nothing scrolls around ${inside}`)
  const long_tasks: number[] = []
  const watch = new PerformanceObserver((seen) => long_tasks.push(...seen.getEntries().map((each) => each.duration)))
  watch.observe({ type: 'longtask' })
  const frame = () => new Promise<number>((next) => requestAnimationFrame(next))
  const frames: number[] = []
  const keys = new Set<string>()
  let most_rows = 0
  const begun = await frame()
  let before = begun
  while (before - begun < longest * 1000) {
    scroller.scrollTop += step
    const now = await frame()
    frames.push(now - before)
    before = now
    const drawn = document.querySelectorAll(rows)
    most_rows = Math.max(most_rows, drawn.length)
    drawn.forEach((each) => keys.add(each.querySelector('a')?.getAttribute('href') ?? each.textContent.slice(0, 200)))
    if (end !== undefined ? scroller.textContent.includes(end) && scroller.scrollTop <= 0 : keys.size >= all) break
  }
  watch.disconnect()
  return { frames, long_tasks, most_rows, reached: keys.size, seconds: (before - begun) / 1000 }
}

/** Notes, in the page, when what `selector` says was first painted. */
function noteFirst(selector: string): void {
  const look = () => {
    if (document.querySelector(selector)) requestAnimationFrame(() => setTimeout(() => performance.mark('usable')))
    else requestAnimationFrame(look)
  }
  look()
}

async function fresh(browser: Browser): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext()
  await signIn(context)
  return [context, await context.newPage()]
}

/** Milliseconds from the navigation until it can be used, and until something is to be seen. */
async function opened(page: Page, path: string, selector: string): Promise<{ usable: number; painted: number }> {
  await page.addInitScript(noteFirst, selector)
  await page.goto(up.address + path)
  await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0)
  return page.evaluate(() => ({
    usable: performance.getEntriesByName('usable')[0]?.startTime ?? 0,
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  }))
}

test('the inbox with much in it', async ({ browser }) => {
  test.setTimeout(0)
  const measured = {
    painted: [] as number[],
    usable: [] as number[],
    list_scrolled: [] as Scrolled[],
    thread_opened: [] as number[],
    thread_scrolled: [] as Scrolled[],
  }
  for (let round = 0; round < asked.rounds; round += 1) {
    const [context, page] = await fresh(browser) // with nothing in its cache
    const { usable, painted } = await opened(page, '/inbox', ROW)
    measured.usable.push(usable)
    measured.painted.push(painted)
    await expect(page.locator(ROW).first()).toBeVisible()
    measured.list_scrolled.push(
      await page.evaluate(scroll, {
        inside: LIST, rows: `${LIST} > [role=listitem]`, step: STEP, longest: LONGEST, all: asked.conversations,
      }),
    )
    await context.close()

    const [other, second] = await fresh(browser)
    measured.thread_opened.push((await opened(second, `/inbox/${asked.conversation}`, LINE)).usable)
    measured.thread_scrolled.push(
      await second.evaluate(scroll, {
        inside: LINE, rows: LINE, step: -STEP, longest: LONGEST, all: asked.messages, end: 'The conversation begins here',
      }),
    )
    await other.close()
  }
  writeFileSync(process.env.MEASURED ?? 'measured.json', JSON.stringify(measured))
})
