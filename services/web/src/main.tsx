import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './app.css'

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { onSignedOut } from './api/request'
import { App } from './app'
import { makeQueries, meQuery } from './queries'
import { makeRouter } from './routes'
import { loadLanguage, preferredLanguage } from './texts'

const queries = makeQueries()
const router = makeRouter(queries)

// Fetched at once, what is wanted first before what is wanted then: else the language, who is signed in
// and the screen would wait for one another. What fails here is told where it is wanted.
const texts = loadLanguage(preferredLanguage())
const screen = router.getMatchedRoutes(location.pathname)[0]
void Promise.allSettled([queries.query(meQuery), ...screen.map((route) => router.loadRouteChunk(route))])

onSignedOut(() => {
  queries.setQueryData(meQuery.queryKey, null)
  void router.invalidate()
})

const root = document.getElementById('root')
if (root !== null) {
  void texts.then(() =>
    createRoot(root).render(
      <StrictMode>
        <App queries={queries} router={router} />
      </StrictMode>,
    ),
  )
}
