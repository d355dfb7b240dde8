import { ActionIcon, Avatar, Menu, SegmentedControl, Text, useMantineColorScheme } from '@mantine/core'
import { IconKeyboard, IconLogout, IconUser } from '@/ui/icons'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { signOut } from '@/api/session'
import { useMe } from '@/queries'
import { chooseLanguage, language, LANGUAGES, t } from '@/texts'

import { openKeyHelp } from './key-help'

/** Who is signed in, how the client looks to him, and the way out. */
export function UserMenu() {
  const { user } = useMe()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [open, setOpen] = useState(false)
  const leaving = useMutation({
    mutationFn: signOut,
    // The page is loaded anew: nothing that he saw stays in it, and no screen is left without a user.
    onSuccess: () => { window.location.assign('/sign-in') },
  })
  const schemes = (['light', 'dark', 'auto'] as const).map((value) => ({ value, label: t(`shell.scheme.${value}`) }))
  return (
    <Menu opened={open} onChange={setOpen} position="bottom-end" width={260} shadow="lg">
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" radius="xl" aria-label={t('shell.user', { name: user.name })}>
          <Avatar name={user.name} size={30} color="tide" variant="filled" aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Text px="sm" pt="xs" fw={600} size="sm">
          {user.name}
        </Text>
        <Text px="sm" pb="xs" size="xs" c="dimmed">
          {user.email} · {t(`shell.role.${user.role}`)}
        </Text>
        <Menu.Divider />
        <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={16} />}>
          {t('shell.nav.profile')}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={openKeyHelp}>
          {t('shell.keys.title')}
        </Menu.Item>
        <Menu.Label>{t('shell.scheme.label')}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          mx="sm"
          aria-label={t('shell.scheme.label')}
          data={schemes}
          value={colorScheme}
          onChange={(value) => setColorScheme(value)}
        />
        <Menu.Label>{t('shell.language')}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          mx="sm"
          mb="xs"
          aria-label={t('shell.language')}
          data={LANGUAGES.map((value) => ({ value, label: value === 'en' ? 'English' : 'Español' }))}
          value={language()}
          onChange={(value) => void chooseLanguage(value)}
        />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leaving.mutate()}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
