import { AppShell, Burger, Group, Kbd, ScrollArea, Stack, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconSearch } from '@/ui/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'

import { useLiveMessages } from '@/conversations/live'
import { startLive } from '@/live'
import { countsQuery, refreshMe, useMe } from '@/queries'
import { t } from '@/texts'
import { setReaderZone } from '@/time'

import { Bell } from './bell'
import { Channels } from './channels'
import { KeyHelp } from './key-help'
import { placesOf } from './navigation'
import { Offline } from './offline'
import { openSearch, Search } from './search'
import classes from './shell.module.css'
import { UserMenu } from './user-menu'

const MOD = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl'

/** What stands around every screen while somebody is signed in. */
export default function Shell() {
  const me = useMe()
  const queries = useQueryClient()
  const [open, { toggle, close }] = useDisclosure(false)
  const { pathname } = useLocation()
  // Until there is a second factor, where there must be one, nothing but the way to it is open.
  const confined = me.must_enrol === true
  setReaderZone(me.user.zone ?? me.organisation.settings.zone)

  useLiveMessages()
  useEffect(() => (confined ? undefined : startLive(queries)), [queries, me.user.id, confined])
  useEffect(close, [pathname, close])
  useEffect(() => {
    const shown = () => !document.hidden && void refreshMe(queries)
    document.addEventListener('visibilitychange', shown)
    return () => document.removeEventListener('visibilitychange', shown)
  }, [queries])

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 228, breakpoint: 'sm', collapsed: { mobile: !open } }}
      layout="alt"
    >
      <a href="#main" className={classes.skip}>
        {t('shell.skip')}
      </a>
      <AppShell.Header className={classes.header}>
        <Group h="100%" px="md" gap="sm" wrap="nowrap" justify="space-between">
          <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('shell.menu')} aria-expanded={open} />
          {confined ? (
            <span />
          ) : (
            <UnstyledButton className={classes.search} onClick={openSearch}>
              <IconSearch size={16} aria-hidden />
              <span>{t('shell.search.placeholder')}</span>
              <Kbd size="xs" visibleFrom="sm" aria-hidden>
                {MOD} K
              </Kbd>
            </UnstyledButton>
          )}
          <Group gap={4} wrap="nowrap">
            {!confined && <Bell />}
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} p="sm" aria-label={t('shell.nav.label')}>
        <Group justify="space-between" mb="md" wrap="nowrap">
          <Link to="/inbox" className={classes.brand}>
            <img src="/icon.svg" alt="" width={28} height={28} /> Fairlead
          </Link>
          <Burger opened onClick={close} hiddenFrom="sm" size="sm" color="#fff" aria-label={t('ui.close')} />
        </Group>
        <ScrollArea flex={1} type="auto">
          <Stack gap={2}>
            {placesOf(me).map((place) => (
              <Link key={place.to} to={place.to} className={classes.link}>
                <place.icon size={19} stroke={1.6} aria-hidden />
                {t(place.text)}
                {place.to === '/inbox' && <Unread />}
              </Link>
            ))}
          </Stack>
        </ScrollArea>
        {!confined && <Channels />}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        {!confined && <Offline />}
        <Outlet />
      </AppShell.Main>
      {!confined && (
        <>
          <Search />
          <KeyHelp />
        </>
      )}
    </AppShell>
  )
}

function Unread() {
  const { data } = useQuery(countsQuery)
  if (!data?.unread_mine) return null
  return (
    <span className={classes.count} aria-label={t('shell.unread', { count: data.unread_mine })}>
      {data.unread_mine >= 1000 ? '999+' : data.unread_mine}
    </span>
  )
}
