// The conversation that is open: its head, its messages, and where one writes.

import { Text } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type RefObject, useMemo, useState } from 'react'

import { api, type Conversation, type MessageView } from '@/api'
import { asWriting } from '@/composer/writing'
import { Composer, type ComposerHandle } from '@/composer/composer'
import { filesOf } from '@/composer/draft'
import { attempt, sendAgain, sendAnyway, undo } from '@/composer/sending'
import { groupQuery } from '@/groups/queries'
import { closed } from '@/groups/state'
import { connectionsQuery, useMay, useMe } from '@/queries'
import { t } from '@/texts'
import { isNote } from '@/thread/body'
import { usePresence } from '@/thread/presence'
import { itemsOf, streamQuery, usePuts } from '@/thread/stream'
import { scheduledQuery, Thread } from '@/thread/thread'
import { type Unsent, unsent } from '@/thread/unsent'

import { useChange } from './change'
import classes from './conversations.module.css'
import { EditMessage } from './edit-message'
import { LinkTrip } from './link-trip'
import { contactQuery } from './queries'

interface OpenProps {
  conversation: Conversation
  focus: string | undefined
  composer: RefObject<ComposerHandle | null>
}

/** Give it the conversation's id as its key. */
export function OpenConversation({ conversation, focus, composer }: OpenProps) {
  const { id } = conversation
  const queries = useQueryClient()
  const me = useMe().user.id
  const maySend = useMay('SEND_MESSAGES')
  const mayOrganise = useMay('ORGANISE_MESSAGES')
  const { put, putComment } = usePuts()
  const { others, typing } = usePresence(id)
  const change = useChange({ silent: true })
  const [linking, setLinking] = useState<MessageView>()
  const [editing, setEditing] = useState<MessageView>()
  const contact = useQuery(contactQuery(conversation.contact_id)).data
  const group = useQuery(groupQuery(conversation.group_id)).data
  const shut = group && closed(group)
  const stream = useInfiniteQuery(streamQuery(id)).data
  const abilities = useQuery(connectionsQuery).data?.find((each) => each.id === conversation.connection_id)
  const can = (ability: string) =>
    abilities !== undefined && 'abilities' in abilities && (abilities.abilities as string[]).includes(ability)

  const { lastIn, lastSeen } = useMemo(() => {
    const messages = itemsOf(stream).flatMap((each) => each.message ?? [])
    return { lastIn: messages.findLast((each) => each.direction === 'in' && each.automatic === 'none' && !isNote(each)), lastSeen: messages.at(-1) }
  }, [stream])

  const react = useMutation({
    mutationFn: ({ message, emoji }: { message: MessageView; emoji: string }) =>
      api.put('/messages/{id}/reaction', { path: { id: message.id }, body: { emoji } }),
    onSuccess: put,
  })
  const takeBack = useMutation({
    mutationFn: (message: MessageView) => api.delete('/messages/{id}/content', { path: { id: message.id } }),
    onSuccess: put,
  })
  const unread = useMutation({
    mutationFn: (message: MessageView) =>
      api.put('/conversations/{id}/unread', { path: { id }, body: { message_id: message.id } }),
  })
  const removeComment = useMutation({
    mutationFn: ({ comment, version }: { comment: string; version: number }) =>
      api.delete('/comments/{id}', { path: { id: comment }, version }),
    onSuccess: putComment,
  })
  const scheduledChanged = () => void queries.invalidateQueries({ queryKey: scheduledQuery(id).queryKey })
  const sendNow = useMutation({
    mutationFn: (one: { id: string; version: number }) =>
      api.post('/messages/{id}/send', { path: { id: one.id }, version: one.version }),
    onSettled: scheduledChanged,
  })
  const withdraw = useMutation({
    mutationFn: (one: { id: string; version: number }) =>
      api.delete('/messages/{id}', { path: { id: one.id }, version: one.version }),
    onSettled: scheduledChanged,
  })

  const backToDesk = (one: Unsent) => {
    const answers = itemsOf(stream).find((each) => each.message?.id === one.draft.in_reply_to)?.message ?? undefined
    const draft = { ...one.draft, text: one.draft.text ?? one.again?.text ?? null }
    composer.current?.restore(asWriting(draft, one.attachments, conversation, answers))
  }

  return (
    <>
      {others.length > 0 && (
        <Text className={classes.present ?? ''} role="status" truncate>
          {presence(others)}
        </Text>
      )}
      <div style={{ flex: 1, minHeight: 0 }}>
        <Thread
          conversation={conversation}
          focus={focus}
          me={me}
          actions={{
            reply: maySend ? (message) => composer.current?.answer(message) : undefined,
            again: maySend ? (message) => sendAgain(queries, conversation, message) : undefined,
            react: maySend && can('reactions') ? (message, emoji) => react.mutate({ message, emoji }) : undefined,
            edit: maySend && can('edits') ? setEditing : undefined,
            takeBack: maySend && can('deletions') ? (message) => takeBack.mutate(message) : undefined,
            link: mayOrganise ? setLinking : undefined,
            unread: mayOrganise ? (message) => unread.mutate(message) : undefined,
          }}
          unsentActions={{
            undo: (one) => void undo(one).then((inTime) => inTime && backToDesk(one)),
            retry: (one) => void attempt(queries, one.key),
            anyway: (one) => sendAnyway(queries, one),
            edit: (one) => {
              unsent.takeBack(one.key)
              backToDesk(one)
            },
            discard: (one) => unsent.takeBack(one.key),
          }}
          scheduledActions={{
            now: (one) => sendNow.mutate(one),
            withdraw: (one) => withdraw.mutate(one),
            edit: (one) =>
              withdraw.mutate(one, {
                onSuccess: ({ draft }) =>
                  void filesOf(draft).then((files) => composer.current?.restore(asWriting(draft, files, conversation))),
              }),
          }}
          removeComment={(comment, version) => removeComment.mutate({ comment, version })}
          onSeen={() => {
            if (mayOrganise && (conversation.unread_mine ?? 0) > 0 && !change.isPending) {
              change.mutate({ conversation, change: { what: 'read' } })
            }
          }}
        />
      </div>
      {maySend && shut !== undefined && (
        <Text className={classes.shut ?? ''} size="sm" role="status">
          {t('groups.closed', { reason: shut })}
        </Text>
      )}
      {maySend && (
        <Composer
          conversation={conversation}
          contact={contact}
          lastIn={lastIn}
          lastSeen={lastSeen}
          shut={shut !== undefined}
          onTyping={typing}
          ref={composer}
        />
      )}
      {linking && <LinkTrip message={linking} contactId={conversation.contact_id} close={() => setLinking(undefined)} onDone={put} />}
      {editing && <EditMessage message={editing} close={() => setEditing(undefined)} onDone={put} />}
    </>
  )
}

function presence(others: readonly { user_name: string; doing: string }[]): string {
  const writing = others.filter((each) => each.doing === 'typing')
  const shown = writing.length > 0 ? writing : others
  const names = shown.map((each) => each.user_name).join(', ')
  return t(writing.length > 0 ? 'thread.typing' : 'thread.looking', { count: shown.length, names })
}
