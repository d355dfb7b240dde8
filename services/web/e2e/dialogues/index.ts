import type { Screen } from '../screens'
import { OF_CONVERSATIONS } from './conversations'
import { OF_PEOPLE } from './people'
import { OF_SETTINGS } from './settings'
import { OF_TRIPS } from './trips'

/** What opens above a screen: forms, menus, questions. */
export const DIALOGUES: readonly Screen[] = [...OF_PEOPLE, ...OF_TRIPS, ...OF_CONVERSATIONS, ...OF_SETTINGS]
