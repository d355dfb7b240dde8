import { Checkbox, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type Card } from '@/api'
import { t } from '@/texts'
import { ContactSelect } from '@/trips/contact-select'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons } from '@/ui/form'
import { Failure, Loading } from '@/ui/states'

import { addressesOf, cardOf } from './handed'

interface CardFormProps {
  insert: (card: Card) => void
  close: () => void
}

/** One of the contacts to hand on, with those addresses that the other side may know. */
export default function CardForm({ insert, close }: CardFormProps) {
  const [id, setId] = useState<string>()
  // By default all, once they are known; a guide's own mail address may be nobody's business.
  const [left, setLeft] = useState<readonly string[]>([])
  const contact = useQuery({
    queryKey: ['contacts', 'one', id],
    queryFn: ({ signal }) => api.get('/contacts/{id}', { path: { id: id ?? '' }, signal }),
    enabled: id !== undefined,
  })
  const { phones, emails } = addressesOf(contact.data ?? { identities: [] })
  const all = [...phones, ...emails]
  const chosen = all.filter((each) => !left.includes(each))
  return (
    <Dialogue onClose={close} title={t('composer.handed.card')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (contact.data && chosen.length > 0) insert(cardOf(contact.data, chosen))
        }}
      >
        <Stack gap="sm">
          <ContactSelect
            label={t('composer.handed.whom')}
            placeholder={t('composer.handed.whomHint')}
            value={id}
            onChange={(next) => {
              setId(next)
              setLeft([])
            }}
          />
          {id !== undefined && contact.isPending && <Loading rows={2} />}
          {contact.isError && <Failure error={contact.error} retry={() => void contact.refetch()} />}
          {contact.data && all.length === 0 && <Text size="sm">{t('composer.handed.noAddress')}</Text>}
          {all.length > 0 && (
            <Checkbox.Group label={t('composer.handed.what')} value={chosen} onChange={(kept) => setLeft(all.filter((each) => !kept.includes(each)))}>
              <Stack gap={6} mt={6}>
                {all.map((each) => (
                  <Checkbox key={each} value={each} label={each} styles={{ label: { overflowWrap: 'anywhere' } }} />
                ))}
              </Stack>
            </Checkbox.Group>
          )}
          <FormButtons sending={false} onCancel={close} text={t('composer.handed.add')} disabled={chosen.length === 0} />
        </Stack>
      </form>
    </Dialogue>
  )
}
