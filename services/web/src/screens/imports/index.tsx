import { IconTools } from '@/ui/icons'

import { t } from '@/texts'
import { Page } from '@/ui/page'
import { Empty } from '@/ui/states'

export default function Imports() {
  return (
    <Page title={t('imports.title')}>
      <Empty icon={<IconTools size={26} stroke={1.5} />} title={t('imports.soon')} />
    </Page>
  )
}
