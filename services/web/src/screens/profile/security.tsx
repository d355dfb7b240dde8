import { Stack } from '@mantine/core'

import { Password } from './password'
import { SecondFactor } from './second-factor'
import { Sessions } from './sessions'

/** What keeps others out of the account. */
export default function Security() {
  return (
    <Stack gap="xl">
      <SecondFactor />
      <Password />
      <Sessions />
    </Stack>
  )
}
