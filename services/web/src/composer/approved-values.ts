// The values of a template that the network approved. Its places are {{1}}, {{2}}, …, or have names, and
// values come in the order in which the places stand there.

import type { ApprovedTemplate, NetworkTemplate } from '@/api'

/** What somebody has written by now; a button without a place keeps an empty one. */
export interface Given {
  heading: string[]
  parameters: string[]
  buttons: string[]
}

const PLACE = /{{\s*(\w+)\s*}}/g

/** The places of a text, each once. */
export function places(text: string): string[] {
  return [...new Set([...text.matchAll(PLACE)].map((found) => found[1] ?? ''))]
}

/** As many empty values as a template asks for. */
export function asked({ heading, body, buttons }: NetworkTemplate): Given {
  const empty = (count: number) => Array.from({ length: count }, () => '')
  return { heading: empty(places(heading).length), parameters: empty(places(body).length), buttons: empty(buttons.length) }
}

export function isWhole({ buttons }: NetworkTemplate, given: Given): boolean {
  const wanted = given.buttons.filter((_, index) => places(buttons[index] ?? '').length > 0)
  return [...given.heading, ...given.parameters, ...wanted].every((each) => each.trim() !== '')
}

export function filled({ name, language, buttons }: NetworkTemplate, given: Given): ApprovedTemplate {
  const plain = (values: string[]) => values.map((each) => each.trim())
  const hasPlace = buttons.some((each) => places(each).length > 0)
  return {
    name, language,
    heading: plain(given.heading), parameters: plain(given.parameters), buttons: hasPlace ? plain(given.buttons) : [],
  }
}

/** What it says; places that are still empty stay. */
export function said({ heading, body, footer, buttons }: NetworkTemplate, given: Given): string {
  const parts = [filledIn(heading, given.heading), filledIn(body, given.parameters), footer]
  return [...parts, ...buttons.map((each, index) => filledIn(each, [given.buttons[index] ?? '']))].filter(Boolean).join('\n')
}

function filledIn(text: string, values: readonly string[]): string {
  const names = places(text)
  return text.replace(PLACE, (place, name: string) => {
    const value = values[names.indexOf(name)] ?? ''
    return value === '' ? place : value
  })
}
