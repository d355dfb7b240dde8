import { Box, Button, Checkbox, Group, Menu, Progress, Stack, Text } from '@mantine/core'
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks'
import { IconChevronDown, IconSend } from '@/ui/icons'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { type Channel, newKey } from '@/api'
import { ContactsSelect, type Person } from '@/people/contacts-select'
import { connectionsQuery } from '@/queries'
import { t, tv } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { Empty } from '@/ui/states'

import { connected, suited } from './channels'
import type { OutreachProps } from './index'
import { Later } from './later'
import { LetterEditor } from './letter-editor'
import { LetterList } from './letter-list'
import { type Addressed, type Letter, lettersOf, type Occasion, toPeople } from './letters'
import { useSending } from './outcome'
import classes from './outreach.module.css'
import { previewQuery, readinessOf, useRecipients } from './previews'

const TYPED = 350 // ms after the last key in which nothing is asked

type DialogueProps = OutreachProps & { occasion: Occasion }

/** Everybody who gets something, what each of them gets, and in the end what became of it. */
export default function Letters({ occasion, services, trips, people = [], fromConcierge = false, variables = {}, attachments = [], onClose, onSent }: DialogueProps) {
  const small = useMediaQuery('(max-width: 48em)')
  const [letters, setLetters] = useState<readonly Letter[]>(() =>
    [...lettersOf(occasion, services, trips, newKey), ...toPeople(people, [], newKey)].map((each) => ({ ...each, variables, attachments })),
  )
  const [chosen, setChosen] = useState(letters[0]?.id ?? '')
  const [marking, setMarking] = useState(true)
  const [leaving, setLeaving] = useState(false)
  const marks = marking && occasion.kind === 'purchase_order'
  const [sendAt, setSendAt] = useState<string | null>(null)
  const common = { occasion, fromConcierge, sendAt }
  const { outcomes, sending, send, stop } = useSending({ common, marking: marks, ...(onSent && { onSent }) })

  const { data: connections = [] } = useQuery(connectionsQuery)
  const ours = connected(connections)
  const contacts = useRecipients(letters)
  const address = (letter: Letter): Addressed => {
    const contact = contacts.get(letter.contactId ?? '')
    return { ...letter, name: letter.name === '' ? (contact?.name ?? '') : letter.name, channel: letter.channel ?? suited(contact, ours) }
  }
  const addressed = letters.map(address)
  const [settled] = useDebouncedValue(letters, TYPED)
  const previewed = settled.map(address)
  const previews = useQueries({
    queries: previewed.map((each) => {
      const query = previewQuery(each, common)
      // Until we know who he is, nobody knows the channel either.
      return { ...query, enabled: query.enabled !== false && contacts.has(each.contactId ?? '') }
    }),
  })
  const readiness = (letter: Letter) => readinessOf(letter, previews[letters.findIndex((each) => each.id === letter.id)])

  const change = (id: string, part: Partial<Letter>) =>
    setLetters((before) => before.map((each) => (each.id === id ? { ...each, ...part } : each)))
  const everyChannel = (channel: Channel) =>
    setLetters((before) => before.map((each) => ({ ...each, channel, connectionId: null, templateId: null })))

  const write = (to: readonly Person[]) => {
    const next = toPeople(to, letters, newKey)
    setLetters(next)
    const added = next.find((each) => !letters.includes(each))
    if (added !== undefined) setChosen(added.id)
  }

  const current = addressed.find((each) => each.id === chosen) ?? addressed[0]
  const isSent = (letter: Letter) => outcomes[letter.id]?.state === 'sent'
  const open = addressed.filter((each) => !each.skipped && each.contactId !== null && !isSent(each))
  const ready = open.filter((each) => readiness(each).state === 'ready')
  const asked = Object.values(outcomes)
  const done = asked.filter((each) => each.state !== 'sending').length
  const sent = asked.filter((each) => each.state === 'sent').length
  const failed = asked.filter((each) => each.state === 'failed').length
  const unsent = open.some((each) => each.text !== '' || each.subject !== '')
  const close = () => (unsent && !sending ? setLeaving(true) : onClose())
  const isOld = settled !== letters

  return (
    <Dialogue
      onClose={close}
      title={titleOf(occasion)}
      size={1120}
      fullScreen={small}
      closeOnClickOutside={false}
    >
      {occasion.whom === 'person' && (
        <Box mb="md">
          <ContactsSelect
            label={t('outreach.to')}
            placeholder={t('outreach.toHint')}
            chosen={addressed.map((each) => ({ id: each.contactId ?? '', name: each.name }))}
            onChange={write}
            disabled={sending || sent > 0}
          />
        </Box>
      )}
      {current === undefined ? (occasion.whom === 'person' ? null : (
        <Empty title={t('outreach.nothing')} text={t('outreach.nothingText')} />
      )) : (
        <div className={classes.columns}>
          <Stack gap="xs">
            <LetterList
              letters={addressed}
              whom={occasion.whom}
              chosen={current.id}
              onChoose={setChosen}
              onSkip={(id, skipped) => change(id, { skipped })}
              readiness={readiness}
              outcomes={outcomes}
              locked={sending}
            />
            {letters.length > 1 && sent === 0 && (
              <Menu>
                <Menu.Target>
                  <Button variant="subtle" size="xs" rightSection={<IconChevronDown size={14} />} disabled={sending}>
                    {t('outreach.everyChannel')}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {ours.map((channel) => (
                    <Menu.Item key={channel} onClick={() => everyChannel(channel)}>
                      {tv('ui.channel', channel)}
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
            )}
          </Stack>
          <LetterEditor
            key={current.id}
            letter={current}
            preview={previewed.find((each) => each.id === current.id) ?? current}
            common={common}
            contact={contacts.get(current.contactId ?? '')}
            readiness={readiness(current)}
            outcome={outcomes[current.id]}
            isOld={isOld}
            locked={sending}
            onChange={(part) => change(current.id, part)}
            onRetry={() => send([current])}
            onLeave={onClose}
          />
        </div>
      )}
      <Stack gap="xs" className={classes.foot}>
        {sending && <Progress value={(100 * done) / Math.max(1, asked.length + ready.length - done)} aria-label={t('outreach.sending')} />}
        <Group justify="space-between">
          <Text size="sm" role="status">
            {asked.length > 0 && !sending && summary(sent, failed)}
          </Text>
          {leaving ? (
            <Group gap="xs" role="alert">
              <Text size="sm">{t('outreach.leaveTitle')}</Text>
              <Button variant="default" onClick={() => setLeaving(false)}>
                {t('ui.cancel')}
              </Button>
              <Button color="red" onClick={onClose}>
                {t('ui.close')}
              </Button>
            </Group>
          ) : (
            <Group gap="sm">
              {occasion.kind === 'purchase_order' && sent === 0 && (
                <Checkbox label={t('outreach.mark')} checked={marking} disabled={sending} onChange={(event) => setMarking(event.currentTarget.checked)} />
              )}
              {sent === 0 && <Later value={sendAt} onChange={setSendAt} disabled={sending} />}
              <Button variant="default" onClick={sending ? stop : close}>
                {sending ? t('outreach.stop') : sent > 0 ? t('ui.close') : t('ui.cancel')}
              </Button>
              {(open.length > 0 || sent === 0) && (
                <Button
                  leftSection={<IconSend size={16} />}
                  disabled={ready.length === 0 || isOld}
                  loading={sending}
                  onClick={() => send(ready)}
                >
                  {t(sendAt === null ? 'outreach.send' : 'outreach.schedule', { count: ready.length })}
                </Button>
              )}
            </Group>
          )}
        </Group>
      </Stack>
    </Dialogue>
  )
}

function titleOf({ kind, whom }: Occasion): string {
  return tv('outreach.title', kind === 'message' ? whom : kind)
}

function summary(sent: number, failed: number): string {
  return failed > 0 ? t('outreach.doneSome', { sent, failed }) : t('outreach.done', { count: sent })
}
