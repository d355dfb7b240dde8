import { Link, useParams } from '@tanstack/react-router'

import { may } from '@/api/session'
import { useMe } from '@/queries'
import { t } from '@/texts'
import { Page } from '@/ui/page'
import { Sections } from '@/ui/sections'
import { NotFound } from '@/ui/states'

import { SECTIONS, sectionOf } from './sections'

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
      <Sections
        label={t('settings.sections')}
        sections={allowed.map((each) => ({ ...each, text: t(`settings.section.${each.name}`) }))}
        open={section?.name}
        link={(section, props) => <Link {...props} to="/settings/{-$section}" params={{ section }} />}
      >
        {Screen === undefined ? <NotFound /> : <Screen />}
      </Sections>
    </Page>
  )
}
