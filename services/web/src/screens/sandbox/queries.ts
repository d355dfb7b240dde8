import { useQuery, useQueryClient } from '@tanstack/react-query'

import { api } from '@/api'
import { useLive } from '@/live'

import { devicesOf } from './devices'

// What happens on a phone happens outside of the hub: what arrives there, no event tells.
const SECONDS = 1000
export const LOOK = 4 * SECONDS
const COUNT = 15 * SECONDS

/** Every device, once all three lists are there. */
export function useDevices() {
  return useQuery({
    queryKey: ['sandbox', 'devices'],
    queryFn: async ({ signal }) => {
      const [handsets, phones, mailboxes] = await Promise.all([
        api.get('/sandbox/handsets', { signal }),
        api.get('/sandbox/phones', { signal }),
        api.get('/sandbox/mailboxes', { signal }),
      ])
      return devicesOf(handsets, phones, mailboxes)
    },
    refetchInterval: COUNT,
  })
}

export function useChat(address: string) {
  return useQuery({
    queryKey: ['sandbox', 'chat', address],
    queryFn: ({ signal }) => api.get('/sandbox/chats', { query: { address, limit: 100 }, signal }),
    refetchInterval: LOOK,
  })
}

export function useTexts(number: string) {
  return useQuery({
    queryKey: ['sandbox', 'texts', number],
    queryFn: ({ signal }) => api.get('/sandbox/texts', { query: { number, limit: 100 }, signal }),
    refetchInterval: LOOK,
  })
}

export function useMails(address: string) {
  return useQuery({
    queryKey: ['sandbox', 'mails', address],
    queryFn: ({ signal }) => api.get('/sandbox/mails', { query: { address, limit: 100 }, signal }),
    refetchInterval: LOOK,
  })
}

/** Fetches all devices again: after something was done on one. */
export function useLookAgain(): () => Promise<void> {
  const queries = useQueryClient()
  return () => queries.invalidateQueries({ queryKey: ['sandbox'] })
}

/** Looks at the devices as soon as the hub sent something. */
export function useArrivals(): void {
  const again = useLookAgain()
  useLive('conversation.changed', () => void again())
}
