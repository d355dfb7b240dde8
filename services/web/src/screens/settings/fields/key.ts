const LONGEST = 40 // characters

/** By what programs and files know a field: its name in letters that all of them have. */
export function keyOf(label: string): string {
  const plain = label.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').replace(/[^a-z0-9]+/g, '_')
  const key = plain.replace(/^[0-9_]+/, '').slice(0, LONGEST).replace(/_+$/, '')
  if (key !== '') return key
  const letters = Array.from(label.trim(), (letter) => letter.codePointAt(0)?.toString(36)).join('')
  return `field_${letters.slice(0, LONGEST / 2)}`
}
