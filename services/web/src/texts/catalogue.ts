/** All texts of a catalogue by their key. */
export function flat(catalogue: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(catalogue) as [string, unknown][]) {
    const key = prefix + name
    if (typeof value === 'string') found.set(key, value)
    else for (const entry of flat(value as object, `${key}.`)) found.set(...entry)
  }
  return found
}
