import { describe, expect, it } from 'vitest'

import { isFilled, missing } from './template-form'

const preview = (...fields: string[]) => ({
  subject: '',
  html: '<p>Hello</p>',
  text: 'Hello',
  problems: fields.map((field) => ({ field, reason: `the reason of ${field}` })),
})

describe('what a template still wants', () => {
  it('is the names that nobody knows', () => {
    expect(missing(preview('variables.meeting_point', 'variables.driver.name')).names).toEqual(['meeting_point', 'driver.name'])
    expect(isFilled(preview('variables.meeting_point'))).toBe(false)
  })

  it('is whatever else stands in the way', () => {
    expect(missing(preview('text')).others).toEqual(['the reason of text'])
    expect(isFilled(preview('text'))).toBe(false)
  })

  it('is no subject: that is written elsewhere, or the thread has it', () => {
    expect(missing(preview('subject'))).toEqual({ names: [], others: [] })
    expect(isFilled(preview('subject'))).toBe(true)
    expect(isFilled(preview('subject', 'variables.name'))).toBe(false)
  })
})
