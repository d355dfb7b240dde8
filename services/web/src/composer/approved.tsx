// What may be said outside of WhatsApp's day: templates that the network approved, with their values.

import { Alert, Button, Select, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type ApprovedTemplate, type NetworkTemplate } from '@/api'
import { t } from '@/texts'
import { IconClock } from '@/ui/icons'

import { asked, filled, type Given, isWhole, places, said } from './approved-values'

interface ClosedWindowProps {
  connection: string | null
  choose: (template: ApprovedTemplate) => void
}

/** Outside of the window only what the network approved can be said. */
export function ClosedWindow({ connection, choose }: ClosedWindowProps) {
  const { data = [], isPending } = useQuery({
    queryKey: ['network-templates', connection],
    queryFn: ({ signal }) => api.get('/whatsapp/templates', { query: { ...(connection && { connection_id: connection }) }, signal }),
  })
  // A heading that is a picture wants one, which cannot be given.
  const approved = data.filter((each) => each.state === 'approved' && !each.heading_file)
  const [key, setKey] = useState<string | null>(null)
  const template = approved.find((each) => keyOf(each) === key)
  return (
    <Alert color="yellow" icon={<IconClock size={18} />} title={t('composer.windowClosed')}>
      <Stack gap="xs">
        <Text size="sm">{t('composer.windowClosedText')}</Text>
        {!isPending && approved.length === 0 ? (
          <Text size="sm">{t('composer.noApproved')}</Text>
        ) : (
          <Select
            label={t('composer.approved')}
            data={approved.map((each) => ({ value: keyOf(each), label: `${each.name} (${each.language})` }))}
            value={key}
            onChange={setKey}
            searchable
          />
        )}
        {template && <Values key={keyOf(template)} template={template} choose={choose} />}
      </Stack>
    </Alert>
  )
}

const keyOf = ({ name, language }: NetworkTemplate) => `${name} ${language}`

function Values({ template, choose }: { template: NetworkTemplate; choose: (template: ApprovedTemplate) => void }) {
  const [given, setGiven] = useState(() => asked(template))
  const field = (part: keyof Given, index: number, label: string) => (
    <TextInput
      key={`${part} ${index}`}
      label={label}
      maxLength={500}
      value={given[part][index] ?? ''}
      onChange={({ currentTarget: { value } }) => setGiven((now) => ({ ...now, [part]: now[part].with(index, value) }))}
    />
  )
  return (
    <Stack gap="xs">
      {given.heading.map((_, index) => field('heading', index, t('composer.headingPlace')))}
      {places(template.body).map((name, index) => field('parameters', index, t('composer.place', { number: name })))}
      {template.buttons.map((button, index) => places(button).length > 0 && field('buttons', index, t('composer.buttonPlace', { address: button })))}
      <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {said(template, given)}
      </Text>
      <Button disabled={!isWhole(template, given)} onClick={() => choose(filled(template, given))}>
        {t('composer.send')}
      </Button>
    </Stack>
  )
}
