import { ActionIcon, Button, Group, NumberInput, Select, Stack, Table, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'

import { api, type Channel, type PriceList } from '@/api'
import { CHANNELS } from '@/people/words'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { IconPlus, IconTrash } from '@/ui/icons'
import { toast } from '@/ui/toast'

import { fieldOf, listOf, type Values, valuesOf } from './price-values'

const MODES = ['by_hand', 'automatic'] as const

/** The whole price list; what is in it no more is free. */
export function Prices({ list, onClose }: { list: PriceList; onClose: () => void }) {
  const queries = useQueryClient()
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: valuesOf(list),
    fieldOf,
    send: (values) => api.put('/credits/prices', { version: list.version ?? 0, body: listOf(values) }),
    onSent: () => {
      toast.done(t('settings.saved'))
      void queries.invalidateQueries({ queryKey: ['credits'] })
      onClose()
    },
  })
  return (
    <Dialogue onClose={onClose} size="lg" title={t('settings.credits.prices')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          {form.values.prices.length > 0 && (
            <Table.ScrollContainer minWidth={480}>
              <Table withRowBorders={false} verticalSpacing={4} horizontalSpacing={4}>
                <Table.Tbody>
                  {form.values.prices.map((_, index) => (
                    <Table.Tr key={index} style={{ verticalAlign: 'top' }}>
                      <Table.Td>
                        <Select
                          aria-label={t('settings.credits.what')}
                          allowDeselect={false}
                          data={CHANNELS.map((value: Channel) => ({ value, label: t(`ui.channel.${value}`) }))}
                          {...form.getInputProps(`prices.${index}.channel`)}
                        />
                      </Table.Td>
                      <Table.Td>
                        <Select
                          aria-label={t('settings.credits.mode')}
                          allowDeselect={false}
                          data={MODES.map((value) => ({ value, label: t(`settings.credits.modes.${value}`) }))}
                          {...form.getInputProps(`prices.${index}.mode`)}
                        />
                      </Table.Td>
                      <Table.Td>
                        <TextInput
                          aria-label={t('settings.credits.prefix')}
                          placeholder={t('settings.credits.everywhere')}
                          {...form.getInputProps(`prices.${index}.prefix`)}
                        />
                      </Table.Td>
                      <Table.Td w={110}>
                        <NumberInput aria-label={t('settings.credits.each')} min={0} allowDecimal={false} {...form.getInputProps(`prices.${index}.credits`)} />
                      </Table.Td>
                      <Table.Td w={40} pt={8}>
                        <ActionIcon variant="subtle" color="red" aria-label={t('settings.credits.dropPrice')} onClick={() => form.removeListItem('prices', index)}>
                          <IconTrash size={16} />
                        </ActionIcon>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )}
          <Group>
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlus size={14} />}
              onClick={() => form.insertListItem('prices', { channel: 'sms', mode: 'by_hand', prefix: '', credits: 1 })}
            >
              {t('settings.credits.addPrice')}
            </Button>
          </Group>
          <NumberInput label={t('settings.credits.lowBalance')} min={0} allowDecimal={false} maw={260} {...form.getInputProps('low')} />
          <FormButtons sending={sending} onCancel={onClose} text={t('ui.save')} />
        </Stack>
      </form>
    </Dialogue>
  )
}
