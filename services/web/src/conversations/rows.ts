// The pages of a list of conversations, kept true by what the live stream tells.

import type { InfiniteData } from '@tanstack/react-query'

import type { Conversation, ConversationPage } from '@/api'

export type Pages = InfiniteData<ConversationPage>

/** All rows, each once: while pages are fetched one after the other, a row may move between them. */
export function rowsOf(pages: Pages | undefined): Conversation[] {
  const found = new Map<string, Conversation>()
  for (const page of pages?.pages ?? []) {
    for (const each of page.conversations) if (!found.has(each.id)) found.set(each.id, each)
  }
  return [...found.values()]
}

export function rowOf(pages: Pages | undefined, id: string): Conversation | undefined {
  for (const page of pages?.pages ?? []) {
    const found = page.conversations.find((each) => each.id === id)
    if (found) return found
  }
  return undefined
}

/** With what an event, which is for all, cannot say: that stays as it was `before`. */
export function withKnown(conversation: Conversation, before: Conversation | undefined): Conversation {
  const sameTrip = before?.itinerary_ids[0] === conversation.itinerary_ids[0]
  return {
    ...conversation,
    unread_mine: conversation.unread_mine ?? before?.unread_mine ?? null,
    trip_reference: conversation.trip_reference ?? (sameTrip ? (before?.trip_reference ?? null) : null),
  }
}

/**
 * A conversation after a change put in its place, the latest first; taken out where it does not belong
 * any more. Where nobody can tell (`belongs` undefined) it stays where it is, if it is there.
 */
export function placed(pages: Pages, conversation: Conversation, belongs: boolean | undefined): Pages {
  const known = rowOf(pages, conversation.id)
  if (known && known.version > conversation.version) return pages
  const told = withKnown(conversation, known)
  const row = { ...told, unread_mine: told.unread_mine ?? conversation.unread }
  if (belongs === undefined || (belongs && known?.last_at === row.last_at)) return changed(pages, row)
  const without = known ? taken(pages, row.id) : pages
  return belongs ? put(without, row) : without
}

function changed(pages: Pages, row: Conversation): Pages {
  return each(pages, (rows) =>
    rows.some(({ id }) => id === row.id) ? rows.map((old) => (old.id === row.id ? row : old)) : rows,
  )
}

function taken(pages: Pages, id: string): Pages {
  return each(pages, (rows) => (rows.some((row) => row.id === id) ? rows.filter((row) => row.id !== id) : rows))
}

function put(pages: Pages, row: Conversation): Pages {
  let done = false
  const last = pages.pages.length - 1
  return {
    ...pages,
    pages: pages.pages.map((page, index) => {
      if (done) return page
      const rows = page.conversations
      const at = rows.findIndex((other) => other.last_at <= row.last_at)
      // What is older than all that was fetched comes with the page that it is on.
      if (at < 0 && (index < last || page.cursor !== null)) return page
      done = true
      const place = at < 0 ? rows.length : at
      return { ...page, conversations: [...rows.slice(0, place), row, ...rows.slice(place)] }
    }),
  }
}

function each(pages: Pages, change: (rows: Conversation[]) => Conversation[]): Pages {
  return {
    ...pages,
    pages: pages.pages.map((page) => {
      const conversations = change(page.conversations)
      return conversations === page.conversations ? page : { ...page, conversations }
    }),
  }
}
