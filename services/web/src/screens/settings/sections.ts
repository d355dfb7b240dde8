// What can be settled, and who may.

import { type ComponentType, lazy, type LazyExoticComponent } from 'react'

import type { RightName } from '@/api'
import {
  type Icon, IconBan, IconBuilding, IconCalendarEvent, IconCoins, IconForms, IconHistory, IconListCheck, IconPalette, IconPlugConnected, IconTags,
  IconTemplate, IconUsers, IconWebhook,
} from '@/ui/icons'

export interface Section {
  name: 'organisation' | 'branding' | 'users' | 'channels' | 'templates' | 'labels' | 'fields' | 'feeds' | 'credits' | 'sent' | 'opt-outs' | 'records'
    | 'webhooks'
  icon: Icon
  right: RightName
  screen: LazyExoticComponent<ComponentType>
}

export const SECTIONS: readonly Section[] = [
  { name: 'organisation', icon: IconBuilding, right: 'CHANGE_SETTINGS', screen: lazy(() => import('./organisation')) },
  { name: 'branding', icon: IconPalette, right: 'CHANGE_SETTINGS', screen: lazy(() => import('./branding')) },
  { name: 'users', icon: IconUsers, right: 'MANAGE_USERS', screen: lazy(() => import('./users')) },
  { name: 'channels', icon: IconPlugConnected, right: 'CONFIGURE_CHANNELS', screen: lazy(() => import('./channels')) },
  { name: 'templates', icon: IconTemplate, right: 'WRITE_TEMPLATES', screen: lazy(() => import('./templates')) },
  { name: 'labels', icon: IconTags, right: 'EDIT_LABELS', screen: lazy(() => import('./labels')) },
  { name: 'fields', icon: IconForms, right: 'CHANGE_SETTINGS', screen: lazy(() => import('./fields')) },
  { name: 'feeds', icon: IconCalendarEvent, right: 'MANAGE_FEEDS', screen: lazy(() => import('./feeds')) },
  { name: 'credits', icon: IconCoins, right: 'MANAGE_CREDITS', screen: lazy(() => import('./credits')) },
  { name: 'sent', icon: IconHistory, right: 'READ', screen: lazy(() => import('./sent')) },
  { name: 'opt-outs', icon: IconBan, right: 'READ', screen: lazy(() => import('./opt-outs')) },
  { name: 'records', icon: IconListCheck, right: 'READ_AUDIT', screen: lazy(() => import('./records')) },
  { name: 'webhooks', icon: IconWebhook, right: 'MANAGE_WEBHOOKS', screen: lazy(() => import('./webhooks')) },
]

/** The section of an address. Notifications about a connection lead to its channel. */
export function sectionOf(name: string | undefined, allowed: readonly Section[]): Section | undefined {
  if (name === undefined) return allowed[0]
  const wanted = ['email', 'whatsapp', 'sms'].includes(name) ? 'channels' : name
  return allowed.find((each) => each.name === wanted)
}
