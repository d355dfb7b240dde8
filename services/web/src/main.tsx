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

onSignedOut(() => {
  queries.setQueryData(meQuery.queryKey, null)
  void router.invalidate()
})

const root = document.getElementById('root')
if (root !== null) {
  void loadLanguage(preferredLanguage()).then(() =>
    createRoot(root).render(
      <StrictMode>
        <App queries={queries} router={router} />
      </StrictMode>,
    ),
  )
}
