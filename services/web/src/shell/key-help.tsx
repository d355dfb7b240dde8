import { Group, Kbd, Stack, Switch, Text, Title } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState, useSyncExternalStore } from 'react'

import { useMe } from '@/queries'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { areLettersOn, setLetters, useKeyList, useKeys } from '@/ui/keys'

import { goKeys } from './go-keys'
import { placesOf } from './navigation'

let shown = false
const listeners = new Set<() => void>()

function show(next: boolean): void {
  shown = next
  listeners.forEach((tell) => tell())
}

export const openKeyHelp = (): void => show(true)

/** The keys of the shell itself, and the list of all that work just now, behind `?`. */
export function KeyHelp() {
  const open = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => shown,
  )
  const [letters, setOn] = useState(areLettersOn)
  const groups = useKeyList()
  const me = useMe()
  useKeys('shell.keys.everywhere', [{ key: '?', text: 'shell.keys.help', run: openKeyHelp }])
  useGo()
  return (
    <Dialogue opened={open} onClose={() => show(false)} title={t('shell.keys.title')}>
      <Stack gap="md">
        {groups.map(({ title, keys }) => (
          <Stack key={title} gap={6}>
            <Title order={3} size="h4">
              {t(title)}
            </Title>
            {keys.map(({ key, text }) => (
              <Row key={key} keys={[key]} text={t(text)} />
            ))}
          </Stack>
        ))}
        <Stack gap={6}>
          <Title order={3} size="h4">
            {t('shell.keys.go')}
          </Title>
          {placesOf(me).map((place) => (
            <Row key={place.to} keys={['g', place.letter]} text={t(place.text)} />
          ))}
        </Stack>
        <Switch
          checked={letters}
          label={t('shell.keys.letters')}
          description={t('shell.keys.lettersText')}
          onChange={({ currentTarget }) => {
            setLetters(currentTarget.checked)
            setOn(currentTarget.checked)
          }}
        />
      </Stack>
    </Dialogue>
  )
}

/** `g` and a letter: to a screen. */
function useGo(): void {
  const navigate = useNavigate()
  const me = useMe()
  const [follows] = useState(goKeys)
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      const busy = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !areLettersOn()
      if (busy || (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable]'))) return
      if (!follows(event.key, event.timeStamp)) return
      const place = placesOf(me).find((each) => each.letter === event.key)
      if (place === undefined) return
      event.preventDefault()
      void navigate({ to: place.to })
    }
    // Before the keys of a screen: the letter behind a g is not theirs.
    addEventListener('keydown', listener, { capture: true })
    return () => removeEventListener('keydown', listener, { capture: true })
  }, [navigate, me, follows])
}

function Row({ keys, text }: { keys: string[]; text: string }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm">{text}</Text>
      <Group gap={4} wrap="nowrap">
        {keys.map((key) => (
          <Kbd key={key}>{key.replace('mod+', navigator.userAgent.includes('Mac') ? '⌘ ' : 'Ctrl ')}</Kbd>
        ))}
      </Group>
    </Group>
  )
}
