// Where a reply is written: on the conversation's channel or another one, with templates, files and a
// time; or a comment for the team.

import { ActionIcon, Button, Group, Select, Text, Textarea, TextInput, Tooltip } from '@mantine/core'
import { IconLock, IconSend, IconTemplate, IconX } from '@/ui/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type KeyboardEvent, type Ref, useImperativeHandle, useRef, useState } from 'react'

import { api, type Attachment, type Channel, type Contact, type Conversation, type MessageView, newKey, type SendAt } from '@/api'
import { connectionsQuery, usersQuery } from '@/queries'
import { t } from '@/texts'
import { brief } from '@/thread/body'
import { ChannelIcon } from '@/ui/channel'
import { toast } from '@/ui/toast'

import { About } from './about'
import { ClosedWindow } from './approved'
import { Attach } from './attach'
import classes from './composer.module.css'
import { Copies } from './copies'
import { useDraft } from './draft'
import { Later } from './later'
import { MOST_CARDS } from './handed'
import { windowQuery } from './limits'
import { send } from './sending'
import { optionId, Suggest } from './suggest'
import { TemplateForm } from './template-form'
import { Tray } from './tray'
import { useSuggestions } from './suggestions'
import { useUploads } from './uploads'
import { abilitiesOf, asDraft, isEmpty, mentioned, reaches, type Writing } from './writing'

export interface ComposerHandle {
  focus: () => void
  answer: (message: MessageView) => void
  restore: (writing: Writing) => void
  comment: () => void
}

interface ComposerProps {
  conversation: Conversation
  contact: Contact | undefined
  lastIn: MessageView | undefined
  lastSeen: MessageView | undefined
  /** Nothing can be said to the other side: it is for comments alone. */
  shut: boolean
  onTyping: () => void
  ref: Ref<ComposerHandle>
}

const CHANNELS: readonly Channel[] = ['email', 'whatsapp', 'sms']
const SUGGEST = 'composer-suggest'

/** Give it the conversation's id as its key. */
export function Composer({ conversation, contact, lastIn, lastSeen, shut, onTyping, ref }: ComposerProps) {
  const queries = useQueryClient()
  const { writing, change, take, restore, state } = useDraft(conversation)
  const [begun, setComment] = useState<string>()
  const comment = shut ? (begun ?? '') : begun
  const attempt = useRef<{ said: string; key: string }>(undefined)
  const [commentFiles, setCommentFiles] = useState<readonly Attachment[]>([])
  const [over, setOver] = useState(false)
  const [copies, setCopies] = useState(false)
  const text = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const isComment = comment !== undefined
  const words = comment ?? writing.text
  // What is for the team alone must not go with the message, nor the other way round.
  const ofMessage = useUploads(writing.attachments, (file) => change((now) => ({ attachments: [...now.attachments, file] })))
  const ofComment = useUploads(commentFiles, (file) => setCommentFiles((now) => [...now, file]))
  const { uploads, add, cancel } = isComment ? ofComment : ofMessage
  const attachments = isComment ? commentFiles : writing.attachments
  const remove = (id: string) =>
    isComment
      ? setCommentFiles((now) => now.filter((each) => each.id !== id))
      : change((now) => ({ attachments: now.attachments.filter((each) => each.id !== id) }))
  const answerWindow = useQuery({ ...windowQuery(conversation.id), enabled: conversation.channel === 'whatsapp' })
  const connections = useQuery(connectionsQuery).data ?? []
  const users = useQuery(usersQuery).data ?? []
  const suggestions = useSuggestions({
    conversation, writing, comment, change, setComment, users, text,
  })

  useImperativeHandle(ref, () => ({
    focus: () => text.current?.focus(),
    answer: (message) => {
      setComment(undefined)
      change({ answers: message, channel: conversation.channel })
      text.current?.focus()
    },
    restore: (next) => {
      setComment(undefined)
      restore(next)
      text.current?.focus()
    },
    comment: () => {
      setComment((now) => now ?? '')
      text.current?.focus()
    },
  }))

  const here = writing.channel === conversation.channel
  const closed = here && writing.channel === 'whatsapp' && answerWindow.data?.open === false
  const cannot = uploads.length > 0 || (isComment ? words.trim() === '' : isEmpty(writing))
  const submitting = useRef(false)

  const submit = async (at?: SendAt, approved?: Writing['approved']) => {
    if (submitting.current || (cannot && !approved)) return
    submitting.current = true
    try {
      if (isComment) await saveComment()
      else {
        const draft = asDraft({ ...writing, approved }, { conversation, lastIn, lastSeen })
        const { attachments } = writing
        const saved = await take()
        text.current?.focus()
        void send(
          queries,
          conversation.id,
          { ...draft, ...(saved && { saved_as: saved }), ...(at ? { send_at: at } : { undo: true }) },
          attachments,
        )
      }
    } finally {
      submitting.current = false
    }
  }

  const saveComment = async () => {
    const files = commentFiles
    const body = { text: words.trim(), mentions: mentioned(words, users), attachments: files.map((each) => each.id) }
    const said = JSON.stringify(body)
    // The same again is a retry, whose first try may have arrived; anything else is another comment.
    if (attempt.current?.said !== said) attempt.current = { said, key: newKey() }
    setComment('')
    setCommentFiles([])
    try {
      await api.post('/conversations/{conversation_id}/comments', {
        key: attempt.current.key,
        path: { conversation_id: conversation.id },
        body,
      })
      attempt.current = undefined
      // The next one may have been begun meanwhile.
      setComment((now) => (now === '' ? undefined : now))
    } catch (error) {
      setComment((now) => (now ? `${words}\n${now}` : words))
      setCommentFiles((now) => [...files, ...now])
      toast.failure(error)
    }
  }

  const keyed = (event: KeyboardEvent) => {
    if (suggestions.keyed(event) || event.nativeEvent.isComposing) return
    const mod = event.ctrlKey || event.metaKey
    // In a chat Enter sends; a mail has paragraphs.
    const sends = event.key === 'Enter' && (mod || (!event.shiftKey && !isComment && writing.channel !== 'email'))
    if (sends) {
      event.preventDefault()
      void submit()
    } else if (event.key === 'Escape') {
      if (isComment && words === '') setComment(undefined)
      text.current?.blur()
    }
  }

  const ours = connections.filter((each) => each.channel === writing.channel)
  return (
    // Files can be chosen by keyboard, too; dropping them is a short cut.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className={classes.composer}
      {...(isComment && { 'data-comment': '' })}
      {...(over && { 'data-over': '' })}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        add(event.dataTransfer.files)
      }}
    >
      {suggestions.open && (
        <Suggest
          id={SUGGEST}
          label={t(suggestions.sign === '/' ? 'composer.templates' : 'composer.people')}
          options={suggestions.options}
          active={suggestions.active}
          choose={suggestions.choose}
        />
      )}
      {suggestions.template && (
        <TemplateForm
          template={suggestions.template}
          conversation={conversation}
          itinerary={writing.itinerary}
          insert={suggestions.insert}
          close={suggestions.close}
        />
      )}
      {!isComment && writing.answers && (
        <div className={classes.answered}>
          <Text size="xs" lineClamp={1} flex={1}>
            <b>{writing.answers.author_name || writing.answers.contact_name}</b> {brief(writing.answers)}
          </Text>
          <ActionIcon size={24} variant="subtle" color="gray" onClick={() => change({ answers: undefined })} aria-label={t('composer.noQuote')}>
            <IconX size={14} />
          </ActionIcon>
        </div>
      )}
      {!isComment && writing.channel === 'email' && (!here || !lastIn || writing.subject !== '') && (
        <TextInput
          size="xs"
          mb={4}
          aria-label={t('composer.subject')}
          placeholder={t('composer.subject')}
          value={writing.subject}
          maxLength={500}
          onChange={({ currentTarget: { value } }) => change({ subject: value })}
        />
      )}
      {!isComment && writing.channel === 'email' && (copies || writing.cc.length + writing.bcc.length > 0) && (
        <Copies cc={writing.cc} bcc={writing.bcc} onChange={change} />
      )}
      {closed && !isComment ? (
        <ClosedWindow connection={conversation.connection_id} choose={(template) => void submit(undefined, template)} />
      ) : (
        <Textarea
          ref={text}
          className={classes.text ?? ''}
          aria-label={isComment ? t('composer.comment') : t('composer.words')}
          placeholder={t(isComment ? 'composer.commentHint' : writing.attachments.length > 0 ? 'composer.caption' : 'composer.hint')}
          autosize
          minRows={writing.channel === 'email' && !isComment ? 3 : 1}
          maxRows={12}
          maxLength={isComment ? 20_000 : 100_000}
          value={words}
          aria-autocomplete="list"
          aria-controls={suggestions.open ? SUGGEST : undefined}
          aria-activedescendant={suggestions.open ? optionId(SUGGEST, suggestions.active) : undefined}
          onKeyDown={keyed}
          onSelect={suggestions.moved}
          onChange={({ currentTarget: { value } }) => {
            if (isComment) setComment(value)
            else {
              change({ text: value })
              onTyping()
            }
          }}
          onPaste={(event) => {
            if (event.clipboardData.files.length === 0) return
            event.preventDefault()
            add(event.clipboardData.files)
          }}
        />
      )}
      <Tray
        attachments={attachments}
        uploads={uploads}
        remove={remove}
        cancel={cancel}
        place={isComment ? undefined : writing.place}
        removePlace={() => change({ place: undefined })}
        cards={isComment ? [] : writing.cards}
        removeCard={(card) => change((now) => ({ cards: now.cards.filter((each) => each !== card) }))}
      />
      <Group justify="space-between" gap="xs" mt={4} wrap="wrap">
        <Group gap={4}>
          {!isComment && (
            <Select
              size="xs"
              w={126}
              aria-label={t('composer.channel')}
              allowDeselect={false}
              leftSection={<ChannelIcon channel={writing.channel} size={14} />}
              value={writing.channel}
              data={CHANNELS.map((channel) => ({
                value: channel,
                label: t(`ui.channel.${channel}`),
                disabled: !reaches(channel, conversation, contact),
              }))}
              onChange={(channel) => {
                if (channel === null) return
                const same = channel === conversation.channel
                change({ channel, connection: same ? (conversation.connection_id ?? undefined) : undefined, answers: undefined })
              }}
            />
          )}
          {!isComment && !here && ours.length > 1 && (
            <Select
              size="xs"
              w={140}
              aria-label={t('composer.from')}
              placeholder={t('composer.from')}
              value={writing.connection ?? null}
              data={ours.map((each) => ({ value: each.id, label: each.details.label }))}
              onChange={(connection) => change({ connection: connection ?? undefined })}
            />
          )}
          <Attach
            abilities={isComment || closed ? [] : abilitiesOf(connections, writing)}
            disabled={!isComment && writing.channel === 'sms'}
            chooseFiles={() => picker.current?.click()}
            addPlace={(place) => change({ place })}
            addCard={(card) => change((now) => ({ cards: [...now.cards, card].slice(0, MOST_CARDS) }))}
          />
          {!isComment && (
            <>
              <Tooltip label={t('composer.templatesKey')}>
                <ActionIcon size="lg" variant="subtle" color="gray" aria-label={t('composer.templates')} onClick={suggestions.offer}>
                  <IconTemplate size={18} stroke={1.6} />
                </ActionIcon>
              </Tooltip>
              {writing.channel === 'email' && !copies && writing.cc.length + writing.bcc.length === 0 && (
                <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setCopies(true)}>
                  {t('composer.cc')}
                </Button>
              )}
            </>
          )}
          <Button
            size="compact-sm"
            variant={isComment ? 'light' : 'subtle'}
            color={isComment ? 'yellow' : 'gray'}
            leftSection={<IconLock size={14} aria-hidden />}
            disabled={shut}
            aria-pressed={isComment}
            onClick={() => {
              setComment(isComment ? undefined : '')
              text.current?.focus()
            }}
          >
            {t('composer.comment')}
          </Button>
        </Group>
        <Group gap="xs" ml="auto">
          <About writing={writing} isComment={isComment} until={here ? (answerWindow.data?.until ?? undefined) : undefined} state={state} />
          {!isComment && <Later disabled={cannot} plan={(at) => void submit(at)} />}
          <Button
            size="sm"
            disabled={cannot || (closed && !isComment)}
            leftSection={isComment ? <IconLock size={16} aria-hidden /> : <IconSend size={16} aria-hidden />}
            onClick={() => void submit()}
          >
            {t(isComment ? 'composer.addComment' : 'composer.send')}
          </Button>
        </Group>
      </Group>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={t('composer.attach')}
        onChange={({ currentTarget }) => {
          add(currentTarget.files ?? [])
          currentTarget.value = ''
        }}
      />
    </div>
  )
}
