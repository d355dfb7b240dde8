import type { ContactKind, ImportGuess, ImportPlan, ImportPolicy } from '@/api'

export const POLICIES: readonly ImportPolicy[] = ['fill', 'overwrite', 'skip']

/** What somebody decided about a file. */
export interface Mapping {
  /** One for each column, null for one that is left out. */
  targets: (string | null)[]
  kind: ContactKind
  tags: string[]
  policy: ImportPolicy
}

/** What the service guessed, until somebody knows better. */
export function mappingOf(guess: ImportGuess): Mapping {
  return { targets: guess.columns.map((each) => each.target), kind: 'traveller', tags: [], policy: 'fill' }
}

/** What two columns become, which only one of them can. */
export function doubled({ targets }: Pick<Mapping, 'targets'>): string[] {
  const given = targets.filter((each) => each !== null)
  return [...new Set(given.filter((each, index) => given.indexOf(each) !== index && !MANY.has(each)))]
}

// Somebody has several addresses, and each its column.
const MANY = new Set(['email', 'phone', 'whatsapp'])

export function planOf({ encoding, delimiter, header }: ImportGuess, mapping: Mapping): ImportPlan {
  return { ...mapping, encoding, delimiter, header }
}
