import { type ComponentType, lazy, type LazyExoticComponent } from 'react'

import { type Icon, IconBell, IconKey, IconShieldLock, IconUser } from '@/ui/icons'

interface Section {
  name: 'account' | 'security' | 'notifications' | 'tokens'
  icon: Icon
  screen: LazyExoticComponent<ComponentType>
}

/** The first is open where the address names none. */
export const SECTIONS: readonly [Section, ...Section[]] = [
  { name: 'account', icon: IconUser, screen: lazy(() => import('./account')) },
  { name: 'security', icon: IconShieldLock, screen: lazy(() => import('./security')) },
  { name: 'notifications', icon: IconBell, screen: lazy(() => import('./notifications')) },
  { name: 'tokens', icon: IconKey, screen: lazy(() => import('./tokens')) },
]
