import { Stack } from '@mantine/core'

import { useMe } from '@/queries'

import { Password } from './password'
import { SecondFactor } from './second-factor'
import { Sessions } from './sessions'

/** What keeps others out of the account. */
export default function Security() {
  const { must_enrol } = useMe()
  return (
    <Stack gap="xl">
      <SecondFactor />
      {must_enrol !== true && (
        <>
          <Password />
          <Sessions />
        </>
      )}
    </Stack>
  )
}
