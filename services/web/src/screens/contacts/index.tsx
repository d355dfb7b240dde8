import { Button, Menu } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'

import { api } from '@/api'
import { MailingList, NewMailing } from '@/mailing'
import { PersonForm } from '@/people/form'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { dateIn } from '@/time'
import { useAddress } from '@/trips/address'
import { DataTable } from '@/ui/data-table'
import { IconAddressBook, IconChevronDown, IconDownload, IconFileImport, IconPlus, IconSpeakerphone, IconUsers } from '@/ui/icons'
import { Page } from '@/ui/page'
import { Empty, Failure, Loading } from '@/ui/states'
import { toast } from '@/ui/toast'

import { columns } from './columns'
import classes from './contacts.module.css'
import { Duplicates } from './duplicates'
import { filterOf } from './filter'
import { Filters } from './filters'
import { validateSearch } from './search'

const PAGE = 50

/** Everybody the organisation knows, by what somebody looks for; and a message to all who are found. */
export default function Contacts() {
  const [search, put] = useAddress(validateSearch)
  const [open, setOpen] = useState<'new' | 'writing' | 'mailings' | 'duplicates'>()
  const navigate = useNavigate()
  const filter = filterOf(search)
  const { sort } = search
  const query = useInfiniteQuery({
    queryKey: ['contacts', 'list', filter, sort],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) =>
      api.get('/contacts', { query: { ...(filter as object), sort, cursor, limit: PAGE }, signal }),
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const rows = query.data?.pages.flatMap((page) => page.contacts)
  const close = () => setOpen(undefined)
  return (
    <Page
      title={t('contacts.title')}
      actions={<Actions empty={rows?.length === 0} filter={filter} onOpen={setOpen} />}
    >
      <Filters search={search} onPut={put} />
      {rows === undefined ? (
        query.isError ? (
          <Failure error={query.error} retry={() => void query.refetch()} />
        ) : (
          <Loading rows={9} pictures />
        )
      ) : rows.length === 0 ? (
        <Nothing filtered={Object.keys(filter).length > 0} onClear={() => put(validateSearch({}))} />
      ) : (
        <div className={classes.card} style={{ opacity: query.isPlaceholderData ? 0.55 : 1 }}>
          <DataTable
            rows={rows}
            columns={columns()}
            keyOf={(each) => each.id}
            caption={t('contacts.title')}
            href={(each) => `/contacts/${each.id}`}
            more={query.hasNextPage ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage } : undefined}
          />
        </div>
      )}
      {open === 'new' && (
        <PersonForm onClose={close} onDone={({ id }) => void navigate({ to: '/contacts/$contactId', params: { contactId: id } })} />
      )}
      {open === 'writing' && (
        <NewMailing
          selection={{ contacts: filter }}
          label={t('contacts.mailingLabel', { day: dateIn(new Date()) })}
          onClose={close}
        />
      )}
      <Duplicates opened={open === 'duplicates'} onClose={close} />
      <MailingList opened={open === 'mailings'} onClose={close} />
    </Page>
  )
}

interface ActionsProps {
  empty: boolean
  filter: ReturnType<typeof filterOf>
  onOpen: (what: 'new' | 'writing' | 'mailings' | 'duplicates') => void
}

function Actions({ empty, filter, onOpen }: ActionsProps) {
  const mayEdit = useMay('EDIT_CONTACTS')
  const maySend = useMay('SEND_MESSAGES')
  const mayExport = useMay('EXPORT_CONTACTS')
  const navigate = useNavigate()
  const exporting = useMutation({
    mutationFn: () => api.post('/contacts/export', { body: filter }),
    onSuccess: () => {
      toast.done(t('contacts.exporting'))
      void navigate({ to: '/imports' })
    },
  })
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={15} />}>
            {t('contacts.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconUsers size={16} />} onClick={() => onOpen('duplicates')}>
            {t('contacts.duplicates')}
          </Menu.Item>
          <Menu.Item leftSection={<IconSpeakerphone size={16} />} onClick={() => onOpen('mailings')}>
            {t('contacts.mailings')}
          </Menu.Item>
          {mayEdit && (
            <Menu.Item component={Link} to="/imports" leftSection={<IconFileImport size={16} />}>
              {t('contacts.import')}
            </Menu.Item>
          )}
          {mayExport && (
            <Menu.Item leftSection={<IconDownload size={16} />} disabled={empty || exporting.isPending} onClick={() => exporting.mutate()}>
              {t('contacts.export')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {maySend && (
        <Button variant="light" leftSection={<IconSpeakerphone size={16} />} disabled={empty} onClick={() => onOpen('writing')}>
          {t('contacts.writeToAll')}
        </Button>
      )}
      {mayEdit && (
        <Button leftSection={<IconPlus size={16} />} onClick={() => onOpen('new')}>
          {t('people.new')}
        </Button>
      )}
    </>
  )
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return (
    <Empty
      icon={<IconAddressBook size={26} stroke={1.5} />}
      title={filtered ? t('contacts.emptyFiltered') : t('contacts.empty')}
      text={filtered ? t('contacts.emptyFilteredText') : t('contacts.emptyText')}
      action={
        filtered && (
          <Button variant="light" onClick={onClear}>
            {t('contacts.clear')}
          </Button>
        )
      }
    />
  )
}
