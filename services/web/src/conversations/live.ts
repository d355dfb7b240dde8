// What keeps conversations true wherever one is: lists and threads that were shown before are shown
// again as they are by then, not as they were left.

import { useLiveSending } from '@/composer/sending'
import { useLiveThreads } from '@/thread/stream'

import { useLiveConversations } from './queries'

/** For the shell: a screen would miss what comes while it is not there. */
export function useLiveMessages(): void {
  useLiveConversations()
  useLiveThreads()
  useLiveSending()
}
