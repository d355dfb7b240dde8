import { Button, Group } from '@mantine/core'

import { t } from '@/texts'

/** Below what is asked of a deed: to leave it, and to do it. */
export function Buttons({ close, save, disabled = false, saving = false }: { close: () => void; save: () => void; disabled?: boolean; saving?: boolean }) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={close}>
        {t('ui.cancel')}
      </Button>
      <Button onClick={save} disabled={disabled} loading={saving}>
        {t('ui.save')}
      </Button>
    </Group>
  )
}
