// What the server says to people, in the reader's language.
//
// The server speaks English, and its sentences are the truth: what nobody translated is shown as it came.
// `en.json` repeats those that are translated, with `{places}` for what differs, so that a sentence is
// known by its code, or else by itself; a test holds it against the services. English loads none of it.

import { flat } from '../catalogue'

interface Sentence {
  pattern: RegExp
  places: string[]
  words: string
}

const BETWEEN = '; ' // two reasons in one
const loaders = { es: () => import('./es.json') }

let byCode = new Map<string, Sentence>()
let all: Sentence[] = []

/** Loads what belongs to a language; nothing for English. */
export async function loadServer(language: string): Promise<void> {
  if (!(language in loaders)) {
    know({}, {})
    return
  }
  const [english, own] = await Promise.all([import('./en.json'), loaders[language as keyof typeof loaders]()])
  know(english.default, own.default)
}

/** Takes sentences that are loaded already: `own` says the same as `english`. */
export function know(english: object, own: object): void {
  const words = flat(own)
  const known = [...flat(english)].map(([key, sentence]) => [key, { ...read(sentence), words: words.get(key) ?? sentence }] as const)
  byCode = new Map(known.map(([key, sentence]) => [key.replace(/^problems\./, ''), sentence]))
  all = known.map(([, sentence]) => sentence)
}

/** A sentence of the server for the reader; with the code of its problem, where it is one. */
export function said(sentence: string, code?: string): string {
  const own = code === undefined ? undefined : byCode.get(code)
  const found = (own && (filled(own, sentence) ?? (own.places.length === 0 ? own.words : undefined))) ?? whole(sentence)
  if (found !== undefined) return found
  if (!sentence.includes(BETWEEN)) return sentence
  return sentence
    .split(BETWEEN)
    .map((each) => whole(each) ?? each)
    .join(BETWEEN)
}

function whole(sentence: string): string | undefined {
  for (const each of all) {
    const found = filled(each, sentence)
    if (found !== undefined) return found
  }
  return undefined
}

/** The words with what the sentence has in its places; undefined where it is another sentence. */
function filled({ pattern, places, words }: Sentence, sentence: string): string | undefined {
  const match = pattern.exec(sentence)
  if (!match) return undefined
  // A reason may hold another.
  const values = new Map(places.map((place, index) => [place, said(match[index + 1] ?? '')]))
  const found = words.replace(/{(\w+)}/g, (place, name: string) => values.get(name) ?? place) + (match.at(-1) ?? '')
  return /^\p{Lu}/u.test(sentence) ? found.slice(0, 1).toUpperCase() + found.slice(1) : found
}

function read(sentence: string): Pick<Sentence, 'pattern' | 'places'> {
  const places: string[] = []
  const source = sentence
    .split(/({\w+})/)
    .map((part) => {
      if (!/^{\w+}$/.test(part)) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      places.push(part.slice(1, -1))
      return '(.+?)'
    })
    .join('')
  return { pattern: new RegExp(`^${source}(\\.?)$`, 'i'), places }
}
