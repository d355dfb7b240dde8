import { beforeEach } from 'vitest'

import { show } from '@/texts'
import en from '@/texts/en'

beforeEach(() => {
  show('en', en)
  localStorage.clear()
})
