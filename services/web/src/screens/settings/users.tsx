import { ActionIcon, Avatar, Badge, Button, Group, Menu, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, type StaffRole, type User } from '@/api'
import { useMe, usersQuery } from '@/queries'
import { t } from '@/texts'
import { type Column, DataTable } from '@/ui/data-table'
import { Dialogue } from '@/ui/dialogue'
import { FormButtons, FormProblem, useProblemForm } from '@/ui/form'
import { Heading } from '@/ui/heading'
import { IconDots, IconEdit, IconLogout, IconMailForward, IconPlus, IconShieldLock, IconUserCheck, IconUserX } from '@/ui/icons'
import { Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import section from '@/ui/section.module.css'

const ROLES: readonly StaffRole[] = ['owner', 'admin', 'supervisor', 'user']

/** The team: who may what, and who was invited but has not come yet. */
export default function Users() {
  const users = useQuery(usersQuery)
  const [open, setOpen] = useState<User | 'new'>()
  const close = () => setOpen(undefined)
  return (
    <section>
      <Heading title={t('settings.section.users')} text={t('settings.users.text')}>
        <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen('new')}>
          {t('settings.users.invite')}
        </Button>
      </Heading>
      <Loaded query={users}>
        {(all) => (
          <div className={section.table}>
            <DataTable rows={all} columns={columns(setOpen)} keyOf={(each) => each.id} caption={t('settings.section.users')} />
          </div>
        )}
      </Loaded>
      {open === 'new' && <Inviting onClose={close} />}
      {open !== undefined && open !== 'new' && <Changing user={open} onClose={close} />}
    </section>
  )
}

function columns(onChange: (user: User) => void): readonly Column<User>[] {
  return [
    {
      key: 'name',
      title: t('settings.users.name'),
      cell: ({ name, email, active }) => (
        <Group gap={10} wrap="nowrap" opacity={active ? 1 : 0.55}>
          <Avatar name={name} size={32} radius="xl" color="tide" />
          <div style={{ minWidth: 0 }}>
            <Text size="sm" fw={600}>
              {name}
            </Text>
            <Text size="xs" c="dimmed">
              {email}
            </Text>
          </div>
        </Group>
      ),
    },
    { key: 'role', title: t('settings.users.role'), from: 'xs', cell: ({ role }) => t(`shell.role.${role}`) },
    {
      key: 'state',
      title: t('settings.users.state'),
      from: 'sm',
      cell: ({ active, invited, second_factor }) => (
        <Group gap={4}>
          {!active ? (
            <Badge color="gray">{t('settings.users.off')}</Badge>
          ) : invited === true ? (
            <Badge color="yellow">{t('settings.users.invited')}</Badge>
          ) : (
            <Badge color="tide">{t('settings.users.active')}</Badge>
          )}
          {second_factor === true && <Badge color="tide">{t('settings.users.secondFactor')}</Badge>}
        </Group>
      ),
    },
    { key: 'more', title: t('settings.users.more'), quiet: true, width: 50, cell: (user) => <RowMenu user={user} onChange={() => onChange(user)} /> },
  ]
}

function useAgain() {
  const queries = useQueryClient()
  return () => queries.invalidateQueries({ queryKey: usersQuery.queryKey })
}

function RowMenu({ user, onChange }: { user: User; onChange: () => void }) {
  const { id, version, name, active, invited, second_factor } = user
  const again = useAgain()
  const mine = useMe().user.id === id
  const act = useMutation({
    mutationFn: ({ run }: { run: () => Promise<unknown>; said: string }) => run(),
    onSuccess: (_, { said }) => {
      toast.done(said)
      return again()
    },
  })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" loading={act.isPending} aria-label={t('settings.users.moreOf', { name })}>
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconEdit size={16} />} onClick={onChange}>
          {t('settings.change')}
        </Menu.Item>
        {invited === true && (
          <Menu.Item
            leftSection={<IconMailForward size={16} />}
            onClick={() => act.mutate({ run: () => api.post('/users/{id}/invitation', { path: { id } }), said: t('settings.users.inviteSent', { name }) })}
          >
            {t('settings.users.inviteAgain')}
          </Menu.Item>
        )}
        {!mine && (
          <Menu.Item
            leftSection={<IconLogout size={16} />}
            onClick={() => act.mutate({ run: () => api.delete('/users/{id}/sessions', { path: { id } }), said: t('settings.users.signedOut', { name }) })}
          >
            {t('settings.users.signOut')}
          </Menu.Item>
        )}
        {second_factor === true && !mine && (
          <Menu.Item
            leftSection={<IconShieldLock size={16} />}
            onClick={() => act.mutate({ run: () => api.delete('/users/{id}/second-factor', { path: { id } }), said: t('settings.users.factorGone', { name }) })}
          >
            {t('settings.users.removeFactor')}
          </Menu.Item>
        )}
        {!mine && (
          <Menu.Item
            {...(active && { color: 'red' })}
            leftSection={active ? <IconUserX size={16} /> : <IconUserCheck size={16} />}
            onClick={() =>
              act.mutate({
                run: () => api.patch('/users/{id}', { path: { id }, version, body: { active: !active } }),
                said: active ? t('settings.users.turnedOff', { name }) : t('settings.users.turnedOn', { name }),
              })
            }
          >
            {active ? t('settings.users.turnOff') : t('settings.users.turnOn')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

const roles = () => ROLES.map((value) => ({ value, label: t(`shell.role.${value}`) }))

function Inviting({ onClose }: { onClose: () => void }) {
  const again = useAgain()
  const { form, submit, sending, problem } = useProblemForm<{ name: string; email: string; role: StaffRole }>({
    initialValues: { name: '', email: '', role: 'user' },
    send: ({ name, email, role }) => api.post('/users/invitations', { body: { name: name.trim(), email: email.trim(), role } }),
    onSent: () => {
      toast.done(t('settings.users.inviteSent', { name: form.getValues().name }))
      void again()
      onClose()
    },
  })
  return (
    <Dialogue onClose={onClose} title={t('settings.users.invite')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <TextInput label={t('settings.users.name')} required data-autofocus {...form.getInputProps('name')} />
          <TextInput label={t('settings.users.email')} type="email" required {...form.getInputProps('email')} />
          <Select label={t('settings.users.role')} description={t(`settings.users.roleText.${form.values.role}`)} allowDeselect={false} data={roles()} {...form.getInputProps('role')} />
          <Text size="xs" c="dimmed">
            {t('settings.users.inviteText')}
          </Text>
          <FormButtons sending={sending} onCancel={onClose} text={t('settings.users.send')} />
        </Stack>
      </form>
    </Dialogue>
  )
}

function Changing({ user, onClose }: { user: User; onClose: () => void }) {
  const again = useAgain()
  const { form, submit, sending, problem } = useProblemForm<{ name: string; role: StaffRole }>({
    initialValues: { name: user.name, role: user.role },
    send: ({ name, role }) => api.patch('/users/{id}', { path: { id: user.id }, version: user.version, body: { name: name.trim(), role } }),
    onSent: () => {
      void again()
      onClose()
    },
  })
  return (
    <Dialogue onClose={onClose} title={user.name}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem problem={problem} />
          <TextInput label={t('settings.users.name')} required data-autofocus {...form.getInputProps('name')} />
          <Select label={t('settings.users.role')} description={t(`settings.users.roleText.${form.values.role}`)} allowDeselect={false} data={roles()} {...form.getInputProps('role')} />
          <FormButtons sending={sending} onCancel={onClose} text={t('ui.save')} />
        </Stack>
      </form>
    </Dialogue>
  )
}
