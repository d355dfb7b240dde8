import { ActionIcon, Avatar, type MantineColorScheme, Menu, Text, useMantineColorScheme } from '@mantine/core'
import { IconKeyboard, IconLogout, IconUser } from '@/ui/icons'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { signOut } from '@/api/session'
import { useMe } from '@/queries'
import { chooseLanguage, type Language, language, LANGUAGES, t } from '@/texts'
import { initials } from '@/ui/initials'

import { openKeyHelp } from './key-help'

const SCHEMES = ['light', 'dark', 'auto'] as const

/** Who is signed in, how the client looks to him, and the way out. */
export function UserMenu() {
  const { user, must_enrol } = useMe()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [open, setOpen] = useState(false)
  const leaving = useMutation({
    mutationFn: signOut,
    // The page is loaded anew: nothing that he saw stays in it, and no screen is left without a user.
    onSuccess: () => { window.location.assign('/sign-in') },
  })
  return (
    <Menu opened={open} onChange={setOpen} position="bottom-end" width={260} shadow="lg">
      <Menu.Target>
        {/* Its name has the letters in it that one sees (WCAG 2.5.3). */}
        <ActionIcon variant="subtle" size="lg" radius="xl" aria-label={`${initials(user.name)} ${t('shell.user', { name: user.name })}`}>
          <Avatar size={30} color="tide" variant="filled">
            {initials(user.name)}
          </Avatar>
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
        {must_enrol !== true && (
          <>
            <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={16} />}>
              {t('shell.nav.profile')}
            </Menu.Item>
            <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={openKeyHelp}>
              {t('shell.keys.title')}
            </Menu.Item>
          </>
        )}
        <Menu.Label>{t('shell.scheme.label')}</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
          {SCHEMES.map((value) => (
            <Menu.RadioItem key={value} value={value} closeMenuOnClick={false}>
              {t(`shell.scheme.${value}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Label>{t('shell.language')}</Menu.Label>
        <Menu.RadioGroup value={language()} onChange={(value) => void chooseLanguage(value as Language)}>
          {LANGUAGES.map((value) => (
            <Menu.RadioItem key={value} value={value} closeMenuOnClick={false} lang={value}>
              {value === 'en' ? 'English' : 'Español'}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leaving.mutate()}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
