import { createElement, useLayoutEffect } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { expect, it, vi } from 'vitest'

import { useKeys } from './keys'

const run = vi.fn()

/** A screen with a key, and somebody who presses it the moment that he sees it. */
function Screen() {
  useKeys('conversations.keys.title', [{ key: 's', text: 'conversations.keys.find', run }])
  useLayoutEffect(() => void dispatchEvent(new KeyboardEvent('keydown', { key: 's' })), [])
  return null
}

it('hears a key as soon as the screen is seen', () => {
  const root = createRoot(document.createElement('div'))
  flushSync(() => root.render(createElement(Screen)))
  expect(run).toHaveBeenCalledOnce()
  flushSync(() => root.unmount())
  dispatchEvent(new KeyboardEvent('keydown', { key: 's' }))
  expect(run).toHaveBeenCalledOnce()
})
