import { ActionIcon, Menu } from '@mantine/core'
import { type ReactNode, useState } from 'react'

import { t } from '@/texts'
import { IconDots, IconEdit, IconTrash } from '@/ui/icons'

interface RowMenuProps {
  /** What the menu is called: it stands once in each row. */
  label: string
  busy: boolean
  size?: 'md' | 'lg'
  onChange: () => void
  onRemove: () => void
  /** What else can be done. */
  children?: ReactNode
}

/** What to do with a row: change it, something else, remove it. */
export function RowMenu({ label, busy, size = 'lg', onChange, onRemove, children }: RowMenuProps) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={size} aria-label={label} loading={busy}>
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconEdit size={16} />} onClick={onChange}>
          {t('settings.change')}
        </Menu.Item>
        {children}
        <SureItem icon={<IconTrash size={16} />} color="red" text={t('ui.remove')} sure={t('settings.sure')} onClick={onRemove} />
      </Menu.Dropdown>
    </Menu>
  )
}

interface SureItemProps {
  icon: ReactNode
  color?: string
  text: string
  sure: string
  onClick: () => void
}

/** Something that cannot be taken back: it is done at the second press, before the menu closes. */
export function SureItem({ icon, color, text, sure, onClick }: SureItemProps) {
  const [asked, setAsked] = useState(false)
  return (
    <Menu.Item {...(color && { color })} leftSection={icon} closeMenuOnClick={asked} onClick={() => (asked ? onClick() : setAsked(true))}>
      {asked ? sure : text}
    </Menu.Item>
  )
}
