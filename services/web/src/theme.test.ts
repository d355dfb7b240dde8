import { describe, expect, it } from 'vitest'

import { theme } from './theme'

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** WCAG 2.2, contrast ratio. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const { tide = [], dark = [], gray = [] } = theme.colors ?? {}

describe('the colours', () => {
  it.each([
    ['white on a button', '#ffffff', tide[7]],
    ['white on a button in the dark', '#ffffff', tide[6]],
    ['the accent on the dark card', tide[4], dark[7]],
    ['quiet text on the light ground', '#56676e', gray[0]],
    ['quiet text on the dark card', dark[2], dark[7]],
    ['white on a button that takes away', '#ffffff', '#c92a2a'],
    ['what is wrong on the light ground', '#c92a2a', gray[0]],
    ['what is wrong in a dark menu', '#ff8787', dark[6]],
  ])('can be read: %s', (_, one = '', other = '') => {
    expect(contrast(one, other)).toBeGreaterThan(4.5)
  })
})
