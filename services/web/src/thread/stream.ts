// The messages and comments of a conversation, newest first as the API gives them, and kept true by
// what the live stream tells: nothing is fetched twice.

import { type InfiniteData, infiniteQueryOptions, type QueryClient, useQueryClient } from '@tanstack/react-query'

import { api, type Comment, type MessageView, type StreamItem, type StreamPage } from '@/api'
import { useLive } from '@/live'
import { afterFetch } from '@/live/fetching'

export type Stream = InfiniteData<StreamPage>

const PAGE = 50

export function streamQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['thread', id],
    queryFn: ({ pageParam, signal }) =>
      api.get('/conversations/{id}/stream', {
        path: { id },
        query: { limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
  })
}

export function idOf({ message, comment }: StreamItem): string {
  return message?.id ?? comment?.id ?? ''
}

export function momentOf({ message, comment }: StreamItem): string {
  return message?.at ?? comment?.at ?? ''
}

/** All that was fetched, the oldest first. */
export function itemsOf(stream: Stream | undefined): StreamItem[] {
  const found = new Map<string, StreamItem>()
  for (const page of stream?.pages ?? []) {
    for (const item of page.items) if (!found.has(idOf(item))) found.set(idOf(item), item)
  }
  return [...found.values()].reverse()
}

function has(stream: Stream, item: StreamItem): boolean {
  return stream.pages.some((page) => page.items.some((each) => idOf(each) === idOf(item)))
}

/** A message or comment after a change put in its place; one older than all that was fetched is not. */
export function withItem(stream: Stream, item: StreamItem): Stream {
  const id = idOf(item)
  const at = momentOf(item)
  if (has(stream, item)) {
    return inPages(stream, (items) =>
      items.some((each) => idOf(each) === id) ? items.map((each) => (idOf(each) === id ? item : each)) : items,
    )
  }
  let done = false
  return {
    ...stream,
    pages: stream.pages.map((page, index) => {
      if (done) return page
      const place = page.items.findIndex((each) => momentOf(each) <= at)
      const isEnd = index === stream.pages.length - 1 && page.cursor === null
      if (place < 0 && !isEnd) return page
      done = true
      const before = place < 0 ? page.items.length : place
      return { ...page, items: [...page.items.slice(0, before), item, ...page.items.slice(before)] }
    }),
  }
}

function inPages(stream: Stream, change: (items: StreamItem[]) => StreamItem[]): Stream {
  return {
    ...stream,
    pages: stream.pages.map((page) => {
      const items = change(page.items)
      return items === page.items ? page : { ...page, items }
    }),
  }
}

function set(queries: QueryClient, conversation: string, item: StreamItem): void {
  queries.setQueryData<Stream>(['thread', conversation], (old) => old && withItem(old, item))
}

/** Puts messages and comments into their threads, wherever these were fetched. */
export function usePuts(): { put: (message: MessageView) => void; putComment: (comment: Comment) => void } {
  const queries = useQueryClient()
  return {
    put: (message) => set(queries, message.conversation_id, { message }),
    putComment: (comment) => set(queries, comment.conversation_id, { comment }),
  }
}

/** Puts them in as they come. */
export function useLiveThreads(): void {
  const queries = useQueryClient()
  const came = (conversation: string, item: StreamItem) => {
    const key = ['thread', conversation]
    set(queries, conversation, item)
    afterFetch(queries, key, () => queries.setQueryData<Stream>(key, (old) => old && (has(old, item) ? old : withItem(old, item))))
  }
  useLive('conversation.changed', ({ change, conversation, message }) => {
    if (message) came(message.conversation_id, { message })
    // These move more than one message.
    else if (['merged', 'unmerged', 'erased'].includes(change)) {
      void queries.invalidateQueries({ queryKey: ['thread', conversation.id] })
    }
  })
  useLive('comment.changed', ({ comment }) => came(comment.conversation_id, { comment }))
}
