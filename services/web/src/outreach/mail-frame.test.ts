import { expect, it } from 'vitest'

import { write } from './mail-frame'

function shown(html: string): Document {
  const page = document.implementation.createHTMLDocument()
  write(html, page)
  return page
}

it('sets styles through objects, so that no markup has any', () => {
  const page = shown('<body style="margin: 4px"><p style=\'color: red\'>Hello <b>you</b></p></body>')
  expect(page.body.style.margin).toBe('4px')
  expect(page.querySelector('p')?.style.color).toBe('red')
  expect(page.body.textContent).toBe('Hello you')
})

it('runs nothing, and leads nowhere', () => {
  const page = shown('<style>p { color: red }</style><script>alert(1)</script><p><a href="https://x.test">x</a></p><form></form>')
  expect(page.querySelectorAll('script, style, form, [href]').length).toBe(0)
  expect(page.body.textContent).toBe('x')
})
