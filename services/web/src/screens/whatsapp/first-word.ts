// How a chat may begin: by a number of Meta's Cloud API freely only where somebody wrote within a day.

import { api } from '@/api'

/** The field that the API wants, where words of our own may not leave. */
const ONLY_APPROVED = 'approved_template'

/** Whether words of our own may go to somebody by a number; the API says it of what would be sent. */
export function mayWriteQuery(contactId: string, connectionId: string) {
  return {
    // What he writes meanwhile opens it.
    queryKey: ['messages', 'may-write', contactId, connectionId],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const [found] = await api.post('/messages/preview', {
        body: { channel: 'whatsapp', connection_id: connectionId, to: [{ contact_id: contactId }], text: '…' },
        signal,
      })
      return !(found?.problems ?? []).some((each) => each.field === ONLY_APPROVED)
    },
  }
}
