import { Text, type TextProps, Tooltip } from '@mantine/core'

import { ago, clock, day, isSameClock, readerZone, short, whole, zoneName } from '@/time'

interface MomentProps extends TextProps {
  /** In UTC, as the API says it. */
  at: string
  /** The zone that it is told in: the reader's, unless it belongs to a place. */
  zone?: string
  as?: 'short' | 'clock' | 'day' | 'whole' | 'ago'
}

/** A moment. Pointed at it says all, its zone too; a zone that is not the reader's is named. */
export function Moment({ at, zone = readerZone(), as = 'short', ...text }: MomentProps) {
  const said = as === 'ago' ? ago(at) : { short, clock, day, whole }[as](at, zone)
  const foreign = (as === 'short' || as === 'clock') && !isSameClock(at, zone)
  return (
    <Tooltip label={<Whole at={at} zone={zone} />}>
      <Text component="time" dateTime={at} inherit {...text}>
        {said}
        {foreign && ` ${zoneName(at, zone)}`}
      </Text>
    </Tooltip>
  )
}

/** Made out only once somebody points at it. */
function Whole({ at, zone }: { at: string; zone: string }) {
  return whole(at, zone)
}
