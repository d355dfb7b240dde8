// Every address of the client, and the screen that it loads when somebody first goes there. What an
// address keeps behind its `?` is the screen's own matter, in its search.ts. The shell comes with the page:
// whoever signs in needs it next, and by itself it would be thirty small files more.

import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'

import { Failure, Loading, NotFound } from '@/ui/states'

import { readFilters } from './conversations/filters'
import { listQuery } from './conversations/queries'
import { meQuery } from './queries'
import { validateSearch as concierge } from './screens/concierge/search'
import { validateSearch as contact } from './screens/contact/search'
import { validateSearch as contacts } from './screens/contacts/search'
import { validateSearch as imports } from './screens/imports/search'
import { validateSearch as inbox } from './screens/inbox/search'
import { validateSearch as itineraries } from './screens/itineraries/search'
import { validateSearch as itinerary } from './screens/itinerary/search'
import { validateSearch as sandbox } from './screens/sandbox/search'
import { validateSearch as settings } from './screens/settings/search'
import { validateSearch as signIn } from './screens/sign-in/search'
import { validateSearch as whatsapp } from './screens/whatsapp/search'
import Shell from './shell'

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  notFoundComponent: NotFound,
})

const signInRoute = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signIn,
  beforeLoad: async ({ context, search }) => {
    if (await context.queries.query({ ...meQuery, staleTime: 'static' })) throw redirect({ to: search.next ?? '/' })
  },
  component: lazyRouteComponent(() => import('./screens/sign-in')),
})

/** Below it somebody is signed in. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const me = await context.queries.query({ ...meQuery, staleTime: 'static' })
    if (me === null) {
      const next = location.href === '/' ? undefined : location.href
      throw redirect({ to: '/sign-in', search: { next } })
    }
    // Nothing else is open until then (contracts/accounts/profile.py).
    if (me.must_enrol && location.pathname !== '/profile/security') {
      throw redirect({ to: '/profile/{-$section}', params: { section: 'security' } })
    }
  },
  component: Shell,
})

const under = { getParentRoute: () => signedIn }

const home = createRoute({
  ...under,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/inbox' })
  },
})

const inboxScreen = lazyRouteComponent(() => import('./screens/inbox'))
const whatsappScreen = lazyRouteComponent(() => import('./screens/whatsapp'))
const settingsScreen = lazyRouteComponent(() => import('./screens/settings'))

const tree = root.addChildren([
  signInRoute,
  signedIn.addChildren([
    home,
    // The list stays where it is while one conversation after the other is opened.
    createRoute({
      ...under,
      path: '/inbox/{-$conversationId}',
      validateSearch: inbox,
      // The list is on its way while the screen is loaded.
      beforeLoad: ({ context, search }) => {
        const { queries } = context as { queries: QueryClient }
        queries.infiniteQuery({ ...listQuery(readFilters({ ...search })), staleTime: 'static' }).catch(() => undefined)
      },
      component: inboxScreen,
    }),
    createRoute({ ...under, path: '/whatsapp/{-$conversationId}', validateSearch: whatsapp, component: whatsappScreen }),
    createRoute({
      ...under,
      path: '/itineraries',
      validateSearch: itineraries,
      component: lazyRouteComponent(() => import('./screens/itineraries')),
    }),
    createRoute({
      ...under,
      path: '/itineraries/$itineraryId',
      validateSearch: itinerary,
      component: lazyRouteComponent(() => import('./screens/itinerary')),
    }),
    createRoute({
      ...under,
      path: '/concierge',
      validateSearch: concierge,
      component: lazyRouteComponent(() => import('./screens/concierge')),
    }),
    createRoute({
      ...under,
      path: '/contacts',
      validateSearch: contacts,
      component: lazyRouteComponent(() => import('./screens/contacts')),
    }),
    createRoute({
      ...under,
      path: '/contacts/$contactId',
      validateSearch: contact,
      component: lazyRouteComponent(() => import('./screens/contact')),
    }),
    createRoute({
      ...under,
      path: '/imports',
      validateSearch: imports,
      component: lazyRouteComponent(() => import('./screens/imports')),
    }),
    createRoute({ ...under, path: '/settings/{-$section}', validateSearch: settings, component: settingsScreen }),
    createRoute({
      ...under,
      path: '/sandbox',
      validateSearch: sandbox,
      component: lazyRouteComponent(() => import('./screens/sandbox')),
    }),
    createRoute({
      ...under,
      path: '/profile/{-$section}',
      component: lazyRouteComponent(() => import('./screens/profile')),
    }),
  ]),
])

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 200,
    defaultPendingComponent: () => <Loading />,
    defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  })
}

export type AppRouter = ReturnType<typeof makeRouter>

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter
  }
}
