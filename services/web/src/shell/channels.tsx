import { Stack, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { connectionsQuery } from '@/queries'
import { said, t } from '@/texts'
import { ChannelIcon } from '@/ui/channel'

import classes from './shell.module.css'

const SHOWN = 6

/** Our connections and whether each works; those that do not come first. */
export function Channels() {
  const { data = [] } = useQuery(connectionsQuery)
  if (data.length === 0) return null
  const trouble = (state: string) => ['failing', 'off', 'connecting', 'open'].indexOf(state)
  const first = [...data].sort((one, other) => trouble(one.state) - trouble(other.state))
  return (
    <Stack gap={6} pt="md" component="section" aria-labelledby="channels">
      <h2 id="channels" className={classes.heading}>
        {t('shell.channels')}
      </h2>
      <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {first.slice(0, SHOWN).map(({ id, channel, details, state, reason }) => (
          <Tooltip key={id} label={reason ? said(reason) : t(`shell.state.${state}`)} position="right">
            <li className={classes.channel}>
              <ChannelIcon channel={channel} size={15} />
              <span>{details.label}</span>
              <span className={classes.dot} data-state={state} role="img" aria-label={t(`shell.state.${state}`)} />
            </li>
          </Tooltip>
        ))}
      </ul>
    </Stack>
  )
}
