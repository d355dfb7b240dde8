import { Avatar, Group, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'

import { api } from '@/api'
import { meQuery, useMe, usersQuery } from '@/queries'
import { chooseLanguage, type Language, language, LANGUAGES, t } from '@/texts'
import { FormProblem, SaveButton, useProblemForm } from '@/ui/form'
import { Heading } from '@/ui/heading'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

import classes from './profile.module.css'

interface Values extends Record<string, unknown> {
  name: string
  zone: string | null
  language: Language
  signature: string
}

/** Who I am to the others, and how times and words are told to me. */
export default function Account() {
  const { user, organisation } = useMe()
  const queries = useQueryClient()
  const { form, submit, sending, problem } = useProblemForm<Values>({
    initialValues: { name: user.name, zone: user.zone, language: language(), signature: user.signature },
    send: async ({ language: chosen, name, ...rest }) => {
      const changed = await api.patch('/me', { body: { ...rest, name: name.trim() } })
      queries.setQueryData(meQuery.queryKey, (me) => me && { ...me, user: changed })
      void queries.invalidateQueries({ queryKey: usersQuery.queryKey })
      if (chosen !== language()) await chooseLanguage(chosen)
      toast.done(t('profile.saved'))
    },
  })
  return (
    <section>
      <Heading title={t('profile.section.account')} text={t('profile.account.text')} />
      <form onSubmit={submit} className={section.card}>
        <Stack gap="md">
          <Group gap="sm" wrap="nowrap">
            <Avatar name={user.name} size={44} radius="xl" color="tide" aria-hidden />
            <div className={classes.words}>
              <Text fw={600}>{user.email}</Text>
              <Text size="sm" c="dimmed">
                {t('profile.account.role', { role: t(`shell.role.${user.role}`), organisation: organisation.name })}
              </Text>
            </div>
          </Group>
          <FormProblem problem={problem} />
          <SimpleGrid cols={{ base: 1, sm: 2 }} className={section.fields}>
            <TextInput label={t('profile.account.name')} required autoComplete="name" {...form.getInputProps('name')} />
            <Select
              label={t('profile.account.language')}
              description={t('profile.account.languageText')}
              allowDeselect={false}
              data={LANGUAGES.map((value) => ({ value, label: t(`profile.account.languages.${value}`) }))}
              {...form.getInputProps('language')}
            />
            <Select
              label={t('profile.account.zone')}
              description={t('profile.account.zoneText')}
              placeholder={t('profile.account.zoneOf', { zone: organisation.settings.zone })}
              searchable
              allowDeselect={false}
              data={zones(user.zone)}
              {...form.getInputProps('zone')}
            />
          </SimpleGrid>
          <Textarea
            label={t('profile.account.signature')}
            description={t('profile.account.signatureText')}
            autosize
            minRows={3}
            maxRows={10}
            {...form.getInputProps('signature')}
          />
          <SaveButton sending={sending} dirty={form.isDirty()} />
        </Stack>
      </form>
    </section>
  )
}

/** Those that the browser knows, and the one that is chosen: it may have an older name. */
function zones(chosen: string | null): string[] {
  return [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', ...(chosen === null ? [] : [chosen])])]
}
