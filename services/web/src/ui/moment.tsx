import { Text, type TextProps } from '@mantine/core'

import { ago, clock, day, isSameClock, readerZone, short, whole, zoneName } from '@/time'

import { Hint } from './hint'

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
    <Hint label={<Whole at={at} zone={zone} />}>
      {(props) => (
        <Text component="time" dateTime={at} inherit {...text} {...props}>
          {said}
          {foreign && ` ${zoneName(at, zone)}`}
        </Text>
      )}
    </Hint>
  )
}

/** Made out only once somebody points at it. */
function Whole({ at, zone }: { at: string; zone: string }) {
  return whole(at, zone)
}
