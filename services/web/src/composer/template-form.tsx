import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Conversation, type Template, type TemplatePreview } from '@/api'
import { said, t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { Loaded } from '@/ui/states'

const VARIABLE = /^variables\.(.+)$/

/** A template filled from the person and the trip. */
export function fill(template: Template, conversation: Conversation, itinerary: string | undefined, variables: Record<string, string>, signal?: AbortSignal): Promise<TemplatePreview> {
  return api.post('/templates/preview', {
    body: {
      id: template.id,
      variables,
      ...(itinerary && { itinerary_id: itinerary }),
      ...(conversation.contact_id && { contact_id: conversation.contact_id }),
    },
    ...(signal && { signal }),
  })
}

/** The names that nobody knows yet, and whatever else stands in the way of the words. */
export function missing({ problems }: TemplatePreview): { names: string[]; others: string[] } {
  const names = problems.flatMap((each) => VARIABLE.exec(each.field)?.[1] ?? [])
  // A template without a subject does no harm: an answer has the thread's, and a new mail its own field.
  const others = problems.filter(({ field }) => field !== 'subject' && !VARIABLE.test(field)).map((each) => each.reason)
  return { names, others }
}

export function isFilled(preview: TemplatePreview): boolean {
  const { names, others } = missing(preview)
  return names.length + others.length === 0
}

interface TemplateFormProps {
  template: Template
  conversation: Conversation
  itinerary: string | undefined
  insert: (preview: TemplatePreview) => void
  close: () => void
}

/** Asks for what a template wants and nobody knows, before a word of it is inserted. */
export function TemplateForm({ template, conversation, itinerary, insert, close }: TemplateFormProps) {
  const [given, setGiven] = useState<Record<string, string>>({})
  const [tried, setTried] = useState<Record<string, string>>({})
  const filling = useMutation({
    mutationFn: () => fill(template, conversation, itinerary, given),
    onSuccess: (next) => {
      if (isFilled(next)) insert(next)
      else setTried(given)
    },
  })
  const preview = useQuery({
    queryKey: ['templates', 'filled', template.id, conversation.contact_id, itinerary, tried],
    queryFn: ({ signal }) => fill(template, conversation, itinerary, tried, signal),
    placeholderData: (before) => before,
  })
  return (
    <Dialogue onClose={close} title={template.name}>
      <Loaded query={preview}>
        {(filled) => {
          const { names, others } = missing(filled)
          const asked = [...new Set([...Object.keys(tried), ...names])]
          return (
            <form
              onSubmit={(event) => {
                event.preventDefault()
                filling.mutate()
              }}
            >
              <Stack gap="sm">
                <Text size="sm">{t('composer.missing')}</Text>
                {asked.map((name, index) => (
                  <TextInput
                    key={name}
                    label={name}
                    required
                    {...(index === 0 && { 'data-autofocus': true })}
                    value={given[name] ?? ''}
                    onChange={({ currentTarget: { value } }) => setGiven({ ...given, [name]: value })}
                  />
                ))}
                {others.map((reason) => (
                  <Text key={said(reason)} size="sm" c="var(--mantine-color-error)">
                    {said(reason)}
                  </Text>
                ))}
                <Group justify="flex-end">
                  <Button variant="default" onClick={close}>
                    {t('ui.cancel')}
                  </Button>
                  <Button type="submit" loading={filling.isPending} disabled={others.length > 0 && names.length === 0}>
                    {t('composer.insert')}
                  </Button>
                </Group>
              </Stack>
            </form>
          )
        }}
      </Loaded>
    </Dialogue>
  )
}
