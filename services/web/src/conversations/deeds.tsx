// What is done with the conversation that is open: by button, by key, by menu.

import { MultiSelect, Select, Stack, Textarea } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useState } from 'react'

import { api, type Conversation } from '@/api'
import { useMe, usersQuery } from '@/queries'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { NothingFound } from '@/ui/nothing-found'
import { toast } from '@/ui/toast'

import { useChange } from './change'
import { labelsQuery } from './queries'
import { Buttons } from './window-buttons'

// With the calendar in it.
const FollowUp = lazy(() => import('./follow-up'))

export interface Deeds {
  archive: () => void
  setState: (state: 'attentive' | 'answered') => void
  assignMe: () => void
  openAssign: () => void
  openLabels: () => void
  openFollowUp: () => void
  openNotify: () => void
  bringBack: () => void
  unread: () => void
}

type Open = 'assign' | 'labels' | 'followUp' | 'notify' | undefined

interface After {
  /** To the one behind it: this one is done with. */
  next: () => void
  close: () => void
}

/** The deeds, and the windows that some of them open. */
export function useDeeds(conversation: Conversation | undefined, after: After): { deeds: Deeds; windows: ReactNode } {
  const me = useMe().user.id
  const [open, setOpen] = useState<Open>()
  const change = useChange()
  const close = () => setOpen(undefined)
  const act = (what: Parameters<typeof change.mutate>[0]['change']) => {
    if (conversation) change.mutate({ conversation, change: what })
  }
  const deeds: Deeds = {
    archive: () => {
      if (!conversation) return
      const archived = !conversation.archived
      // What was refused is said by the change itself.
      void change.mutateAsync({ conversation, change: { what: 'archived', archived } }).then(
        () => toast.done(t(archived ? 'conversations.archivedNow' : 'conversations.broughtBack')),
        () => undefined,
      )
      if (archived) after.next()
    },
    setState: (state) => act({ what: 'state', state }),
    assignMe: () => act({ what: 'assignee', user: conversation?.assignee_id === me ? null : me }),
    openAssign: () => setOpen('assign'),
    openLabels: () => setOpen('labels'),
    openFollowUp: () => setOpen('followUp'),
    openNotify: () => setOpen('notify'),
    bringBack: () => act({ what: 'follow_up', until: null, note: '' }),
    unread: () => {
      act({ what: 'unread' })
      after.close()
    },
  }
  const windows = conversation && (
    <>
      {open === 'assign' && (
        <Assign conversation={conversation} close={close} assign={(user) => act({ what: 'assignee', user })} />
      )}
      {open === 'labels' && (
        <Labels conversation={conversation} close={close} set={(labels) => act({ what: 'labels', labels })} />
      )}
      {open === 'followUp' && (
        <Suspense fallback={null}>
          <FollowUp
            close={close}
            set={(until, note) => {
              act({ what: 'follow_up', until, note })
              after.next()
            }}
          />
        </Suspense>
      )}
      {open === 'notify' && <Notify conversation={conversation} close={close} />}
    </>
  )
  return { deeds, windows }
}

interface WindowProps {
  conversation: Conversation
  close: () => void
}

function Assign({ conversation, close, assign }: WindowProps & { assign: (user: string | null) => void }) {
  const users = useQuery(usersQuery).data ?? []
  return (
    <Dialogue onClose={close} title={t('conversations.assign')}>
      <Select
        label={t('conversations.responsibleUser')}
        placeholder={t('conversations.nobodyYet')}
        data-autofocus
        searchable
        clearable
        defaultDropdownOpened
        value={conversation.assignee_id ?? null}
        data={users.filter((each) => each.active).map((each) => ({ value: each.id, label: each.name }))}
        onChange={(user) => {
          assign(user)
          close()
        }}
        mb={200}
      />
    </Dialogue>
  )
}

function Labels({ conversation, close, set }: WindowProps & { set: (labels: string[]) => void }) {
  const labels = useQuery(labelsQuery).data ?? []
  const [chosen, setChosen] = useState(conversation.label_ids ?? [])
  return (
    <Dialogue onClose={close} title={t('conversations.labels')}>
      <Stack>
        <MultiSelect
          label={t('conversations.labels')}
          data-autofocus
          searchable
          value={chosen}
          data={labels.map((each) => ({ value: each.id, label: each.name }))}
          onChange={setChosen}
          nothingFoundMessage={<NothingFound>{t('conversations.noLabel')}</NothingFound>}
        />
        <Buttons
          close={close}
          save={() => {
            set(chosen)
            close()
          }}
        />
      </Stack>
    </Dialogue>
  )
}

function Notify({ conversation, close }: WindowProps) {
  const [note, setNote] = useState('')
  const telling = useMutation({
    mutationFn: () => api.post('/conversations/{id}/notify-administrators', { path: { id: conversation.id }, body: { note } }),
    onSuccess: () => {
      toast.done(t('conversations.notified'))
      close()
    },
  })
  return (
    <Dialogue onClose={close} title={t('conversations.notify')}>
      <Stack>
        <Textarea label={t('conversations.notifyWhy')} autosize minRows={2} maxLength={500} data-autofocus value={note} onChange={({ currentTarget }) => setNote(currentTarget.value)} />
        <Buttons close={close} saving={telling.isPending} save={() => telling.mutate()} />
      </Stack>
    </Dialogue>
  )
}
