import { useEffect, useRef, useState } from 'react'

/**
 * A whole mail as its reader sees it, apart from the page and without scripts.
 *
 * The page's policy refuses styles in markup, and mails have no others. So they are taken out of the
 * markup and set through the style objects, which the policy leaves to our own script.
 */
export function MailFrame({ html, title }: { html: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(320)

  useEffect(() => {
    const page = frame.current?.contentDocument
    if (!page) return
    write(html, page)
    const measured = () => setHeight(Math.max(120, page.documentElement.scrollHeight))
    measured()
    const watcher = new ResizeObserver(measured)
    watcher.observe(page.body)
    page.addEventListener('load', measured, true) // pictures
    return () => {
      watcher.disconnect()
      page.removeEventListener('load', measured, true)
    }
  }, [html])

  return (
    <iframe
      ref={frame}
      title={title}
      sandbox="allow-same-origin"
      src="about:blank"
      tabIndex={-1}
      height={height}
      width="100%"
      // A mail is written for white paper.
      style={{ border: 0, display: 'block', background: '#fff', colorScheme: 'light' }}
    />
  )
}

/** Shows `html` in `page`: its styles are set one by one, its links lead nowhere. */
export function write(html: string, page: Document): void {
  const mail = new DOMParser().parseFromString(unstyled(html), 'text/html')
  mail.querySelectorAll('script:not([data-sheet]), iframe, object, embed, base, meta, link, form').forEach((each) => each.remove())
  const sheets = [...mail.querySelectorAll('script')].map((each) => {
    each.remove()
    return each.textContent
  })
  mail.body.querySelectorAll('a').forEach((each) => each.removeAttribute('href'))
  const body = page.adoptNode(mail.body)
  page.body.replaceWith(body)
  for (const element of [body, ...body.querySelectorAll<HTMLElement>('[data-style]')]) {
    element.style.cssText = element.dataset.style ?? ''
  }
  const view = page.defaultView
  if (view === null) return
  page.adoptedStyleSheets = sheets.map((text) => {
    const sheet = new view.CSSStyleSheet()
    sheet.replaceSync(text)
    return sheet
  })
}

// Even to parse them is against the policy: styles become data before. Where a tag hides one from
// this, the policy refuses it.
function unstyled(html: string): string {
  return html
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, ' data-style='))
    .replace(/<style\b/gi, '<script data-sheet type="text/css"')
    .replace(/<\/style\s*>/gi, '</script>')
}
