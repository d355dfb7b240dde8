import { Select, Stack, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { api } from '@/api'
import { connectionsQuery } from '@/queries'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { toast } from '@/ui/toast'

import type { Device } from './devices'

/** A mail that the mailbox's owner writes to one of our addresses, of his own accord. */
export function NewMail({ device, onClose }: { device: Device; onClose: () => void }) {
  const { data: connections = [] } = useQuery(connectionsQuery)
  const ours = connections.flatMap((each) => (each.channel === 'email' ? each.details.address : []))
  const { form, submit, sending, problem } = useProblemForm({
    initialValues: { to: ours[0] ?? '', subject: '', text: '' },
    send: ({ to, subject, text }) =>
      api.post('/sandbox/mails', { body: { sender: { address: device.address, name: device.name }, to, subject, text } }),
    onSent: () => {
      toast.done(t('sandbox.sent'))
      onClose()
    },
  })
  return (
    <Dialogue onClose={onClose} title={t('sandbox.newMailOf', { name: device.name || device.address })}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem problem={problem} />
          <Select label={t('sandbox.to')} required allowDeselect={false} data={ours} {...form.getInputProps('to')} />
          <TextInput label={t('sandbox.subject')} required data-autofocus {...form.getInputProps('subject')} />
          <Textarea label={t('sandbox.text')} required autosize minRows={5} maxRows={14} {...form.getInputProps('text')} />
          <FormButtons sending={sending} onCancel={onClose} text={t('sandbox.send')} />
        </Stack>
      </form>
    </Dialogue>
  )
}
