import { IconTools } from '@/ui/icons'

import { t } from '@/texts'
import { Page } from '@/ui/page'
import { Empty } from '@/ui/states'

export default function Inbox() {
  return (
    <Page title={t('inbox.title')}>
      <Empty icon={<IconTools size={26} stroke={1.5} />} title={t('inbox.soon')} />
    </Page>
  )
}
