import { Alert } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'

import { useMe } from '@/queries'
import { t } from '@/texts'
import { IconShieldLock } from '@/ui/icons'
import { Page } from '@/ui/page'
import { Sections } from '@/ui/sections'
import { NotFound } from '@/ui/states'

import { SECTIONS } from './sections'

/** What somebody does with the own account. */
export default function Profile() {
  const params: unknown = useParams({ strict: false })
  const { section: name = SECTIONS[0].name } = params as { section?: string }
  const { must_enrol } = useMe()
  const open = SECTIONS.filter((each) => must_enrol !== true || each.name === 'security')
  const section = open.find((each) => each.name === name)
  const Screen = section?.screen
  return (
    <Page title={t('profile.title')}>
      {must_enrol === true && (
        <Alert mb="md" color="yellow" icon={<IconShieldLock size={18} />} title={t('profile.mustEnrol')}>
          {t('profile.mustEnrolText')}
        </Alert>
      )}
      <Sections
        label={t('profile.sections')}
        sections={open.map((each) => ({ ...each, text: t(`profile.section.${each.name}`) }))}
        open={section?.name}
        link={(section, props) => <Link {...props} to="/profile/{-$section}" params={{ section }} />}
      >
        {Screen === undefined ? <NotFound /> : <Screen />}
      </Sections>
    </Page>
  )
}
