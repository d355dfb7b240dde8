// What opens above a screen. One way for all: named buttons, and the focus back where it came from.

import { Drawer as SideWindow, type DrawerProps, Modal, type ModalProps } from '@mantine/core'
import { useLayoutEffect } from 'react'

import { t } from '@/texts'

/** A window above the screen; open for as long as it is rendered, unless `opened` says otherwise. */
export function Dialogue({ opened = true, ...more }: Omit<ModalProps, 'opened'> & { opened?: boolean }) {
  useFocusReturned(opened)
  return <Modal opened={opened} returnFocus={false} closeButtonProps={{ 'aria-label': t('ui.close') }} {...more} />
}

/** As a dialogue, at the side of the screen. */
export function Drawer(props: DrawerProps) {
  useFocusReturned(props.opened)
  return <SideWindow returnFocus={false} position="right" closeButtonProps={{ 'aria-label': t('ui.close') }} {...props} />
}

/**
 * Gives the focus back to what opened a window when it closes. Mantine's own does so only for windows
 * that stay rendered while they are closed; most of ours are not.
 */
function useFocusReturned(opened: boolean): void {
  useLayoutEffect(() => {
    if (!opened) return
    const opener = last
    return () => giveBack(opener)
  }, [opened])
}

// What had the focus last: an entry of a menu is gone by the time that its window is there, and then it
// is the button of the menu.
let last: Element | null = null
document.addEventListener('focusin', ({ target }) => {
  if (!(target instanceof Element)) return
  const menu = target.closest('[role=menu]')
  last = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : target
})

function giveBack(opener: Element | null): void {
  // Who closed it may have put the focus somewhere on purpose: in the composer.
  const active = document.activeElement
  if (active && active !== document.body && !active.closest('[role=dialog]')) return
  if (opener?.isConnected) (opener as HTMLElement).focus({ preventScroll: true })
  // It went with its row: to the screen, rather than to the top of the page.
  else document.getElementById('main')?.focus({ preventScroll: true })
}
