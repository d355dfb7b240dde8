import { ScrollArea, Tabs, Text, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { connectionsQuery } from '@/queries'
import { said, t, tv } from '@/texts'

import classes from './whatsapp.module.css'

const ALL = 'all'

interface NumberTabsProps {
  chosen: string | undefined
  choose: (connection: string | undefined) => void
}

/** A tab for each of our numbers, with how it fares. */
export function NumberTabs({ chosen, choose }: NumberTabsProps) {
  const connections = useQuery(connectionsQuery).data ?? []
  const numbers = connections.filter((each) => each.channel === 'whatsapp')
  const shown = numbers.find((each) => each.id === chosen)
  const trouble = (shown ? [shown] : numbers).filter((each) => each.state !== 'open')
  return (
    <>
      <ScrollArea type="never" mt={8}>
        <Tabs
          variant="pills"
          value={chosen ?? ALL}
          onChange={(value) => choose(value === ALL || value === null ? undefined : value)}
          aria-label={t('whatsapp.numbers')}
        >
          <Tabs.List style={{ flexWrap: 'nowrap' }}>
            <Tabs.Tab value={ALL} className={classes.tab ?? ''}>
              {t('whatsapp.allNumbers')}
            </Tabs.Tab>
            {numbers.map((each) => (
              <Tabs.Tab key={each.id} value={each.id} className={classes.tab ?? ''} title={each.details.number}>
                <Tooltip label={[tv('shell.state', each.state), said(each.reason ?? '')].filter(Boolean).join(': ')} multiline maw={320}>
                  <span className={classes.number}>
                    <span className={classes.dot} data-state={each.state} role="img" aria-label={tv('shell.state', each.state)} />
                    {each.details.label}
                  </span>
                </Tooltip>
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
      </ScrollArea>
      {trouble.map((each) => (
        <Text key={each.id} size="xs" mt={6} c="var(--mantine-color-error)" role="status">
          {each.details.label}: {tv('shell.state', each.state)}
          {each.reason && ` · ${said(each.reason)}`}
        </Text>
      ))}
    </>
  )
}
