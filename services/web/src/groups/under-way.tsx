import { Button, Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { t } from '@/texts'

import { GroupOutcome } from '.'
import { underWayQuery } from './queries'

/** Groups that WhatsApp is asked for and that stand in no list yet: how far they are. */
export function UnderWay() {
  const groups = useQuery(underWayQuery).data ?? []
  const [open, setOpen] = useState<string>()
  return (
    <>
      {groups.map((each) => (
        <Button
          key={each.id}
          fullWidth
          mt={8}
          size="compact-sm"
          variant="light"
          justify="flex-start"
          leftSection={<Loader size={14} aria-hidden />}
          onClick={() => setOpen(each.id)}
        >
          {t('groups.under', { subject: each.subject })}
        </Button>
      ))}
      {open !== undefined && <GroupOutcome id={open} close={() => setOpen(undefined)} />}
    </>
  )
}
