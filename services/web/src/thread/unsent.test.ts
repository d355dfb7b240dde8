import { expect, it } from 'vitest'

import { unsent } from './unsent'

it('a message that failed is tried again once, until that is taken back', () => {
  const one = { key: 'k', conversationId: 'c', draft: {}, attachments: [], again: { id: 'm', text: 'Hello' }, at: '', state: 'sending' } as const
  unsent.add({ ...one, attachments: [] })
  expect(unsent.isAgain('m')).toBe(true)
  unsent.takeBack('k')
  expect(unsent.isAgain('m')).toBe(false)
  unsent.add({ ...one, attachments: [] })
  unsent.remove('k')
  expect(unsent.isAgain('m')).toBe(true)
})
