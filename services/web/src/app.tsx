import { MantineProvider } from '@mantine/core'
import { DatesProvider } from '@mantine/dates'
import { Notifications } from '@mantine/notifications'
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useSyncExternalStore } from 'react'

import { styleNonce } from './nonce'
import type { AppRouter } from './routes'
import { schemeManager } from './scheme'
import { language, onLanguage } from './texts'
import { theme, variables } from './theme'
import { calendar } from './time/calendar'

const schemes = schemeManager()

/** The client: all that every screen stands on. Another language draws it anew. */
export function App({ queries, router }: { queries: QueryClient; router: AppRouter }) {
  const shown = useSyncExternalStore(onLanguage, language)
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      colorSchemeManager={schemes}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <DatesProvider settings={calendar()}>
        <QueryClientProvider client={queries}>
          <Notifications position="bottom-right" limit={4} />
          <RouterProvider key={shown} router={router} />
        </QueryClientProvider>
      </DatesProvider>
    </MantineProvider>
  )
}
