// Sets the colour scheme that the reader chose, or the system's, before the first paint.
;(function () {
  var chosen = null
  try {
    chosen = window.localStorage.getItem('fairlead.scheme')
  } catch (_) {
    /* storage may be switched off */
  }
  var dark =
    chosen === 'dark' ||
    (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
