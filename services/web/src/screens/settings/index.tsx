import { NavLink } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { Suspense } from 'react'

import { may } from '@/api/session'
import { useMe } from '@/queries'
import { t } from '@/texts'
import { Page } from '@/ui/page'
import { Loading, NotFound } from '@/ui/states'

import { SECTIONS, sectionOf } from './sections'
import classes from './settings.module.css'

/** What an organisation settles; each sees what the role may. */
export default function Settings() {
  const params: unknown = useParams({ strict: false })
  const { section: name } = params as { section?: string }
  const me = useMe()
  const allowed = SECTIONS.filter((each) => may(me, each.right))
  const section = sectionOf(name, allowed)
  const Screen = section?.screen
  return (
    <Page title={t('settings.title')}>
      <div className={classes.screen}>
        <nav className={classes.places} aria-label={t('settings.sections')}>
          {allowed.map(({ name: each, icon: Sign }) => (
            <NavLink
              key={each}
              className={classes.place}
              label={t(`settings.section.${each}`)}
              leftSection={<Sign size={17} />}
              active={each === section?.name}
              aria-current={each === section?.name ? 'page' : undefined}
              renderRoot={(props) => <Link {...props} to="/settings/{-$section}" params={{ section: each }} />}
            />
          ))}
        </nav>
        <Suspense fallback={<Loading />}>{Screen === undefined ? <NotFound /> : <Screen />}</Suspense>
      </div>
    </Page>
  )
}
