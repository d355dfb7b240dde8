// QR codes (ISO/IEC 18004) of level M in byte mode: what a phone's camera reads off the screen. Our
// own, since the code must not leave the page to be drawn, and the libraries bring far more.

const ECC_PER_BLOCK = [
  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
]
const BLOCKS = [
  1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35,
  37, 38, 40, 43, 45, 47, 49,
]
const PENALTY_RUN = 3
const PENALTY_BLOCK = 3
const PENALTY_FINDER = 40
const PENALTY_BALANCE = 10

type Grid = boolean[][]

/** The dark modules of the code that says `text`, row by row, without the quiet zone. */
export function qrCode(text: string): Grid {
  const data = new TextEncoder().encode(text)
  const version = versionFor(data.length)
  const bits = interleaved(codewords(data, version), version)
  const candidates = Array.from({ length: 8 }, (_, mask) => drawn(version, bits, mask))
  return candidates.reduce((best, each) => (penalty(each) < penalty(best) ? each : best))
}

function at(list: readonly number[], version: number): number {
  return list[version - 1] ?? 0
}

/** How many modules hold data or error correction. */
function rawModules(version: number): number {
  let count = (16 * version + 128) * version + 64
  if (version >= 2) {
    const aligned = Math.floor(version / 7) + 2
    count -= (25 * aligned - 10) * aligned - 55
    if (version >= 7) count -= 36
  }
  return count
}

function capacity(version: number): number {
  return Math.floor(rawModules(version) / 8) - at(ECC_PER_BLOCK, version) * at(BLOCKS, version)
}

function lengthBits(version: number): number {
  return version < 10 ? 8 : 16
}

function versionFor(bytes: number): number {
  for (let version = 1; version <= 40; version++) {
    if (4 + lengthBits(version) + bytes * 8 <= capacity(version) * 8) return version
  }
  throw new RangeError('Too long for a QR code')
}

function codewords(data: Uint8Array, version: number): number[] {
  const bits: number[] = []
  const put = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1)
  }
  put(4, 4) // byte mode
  put(data.length, lengthBits(version))
  data.forEach((byte) => put(byte, 8))
  const room = capacity(version) * 8
  put(0, Math.min(4, room - bits.length))
  put(0, (8 - (bits.length % 8)) % 8)
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) put(pad, 8)
  return Array.from({ length: bits.length / 8 }, (_, index) =>
    bits.slice(index * 8, index * 8 + 8).reduce((value, bit) => value * 2 + bit, 0),
  )
}

function times(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d)
    product ^= ((b >>> bit) & 1) * a
  }
  return product
}

function divisor(degree: number): number[] {
  const result: number[] = Array.from({ length: degree }, (_, index) => (index === degree - 1 ? 1 : 0))
  let root = 1
  for (let step = 0; step < degree; step++) {
    for (let index = 0; index < degree; index++) {
      result[index] = times(result[index] ?? 0, root) ^ (result[index + 1] ?? 0)
    }
    root = times(root, 2)
  }
  return result
}

function remainder(data: readonly number[], by: readonly number[]): number[] {
  const result = by.map(() => 0)
  for (const each of data) {
    const factor = each ^ (result.shift() ?? 0)
    result.push(0)
    by.forEach((coefficient, index) => {
      result[index] = (result[index] ?? 0) ^ times(coefficient, factor)
    })
  }
  return result
}

function interleaved(data: readonly number[], version: number): number[] {
  const blocks = at(BLOCKS, version)
  const ecc = at(ECC_PER_BLOCK, version)
  const raw = Math.floor(rawModules(version) / 8)
  const short = blocks - (raw % blocks)
  const shortLength = Math.floor(raw / blocks) - ecc
  const by = divisor(ecc)
  const parts: number[][] = []
  const checks: number[][] = []
  for (let block = 0, from = 0; block < blocks; block++) {
    const part = data.slice(from, from + shortLength + (block < short ? 0 : 1))
    from += part.length
    parts.push(part)
    checks.push(remainder(part, by))
  }
  const woven = (lists: readonly number[][], length: number) =>
    Array.from({ length }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat()
  return [...woven(parts, shortLength + 1), ...woven(checks, ecc)].flatMap((byte) =>
    Array.from({ length: 8 }, (_, bit) => (byte >>> (7 - bit)) & 1),
  )
}

function alignments(version: number): number[] {
  if (version === 1) return []
  const count = Math.floor(version / 7) + 2
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2
  const places = Array.from({ length: count - 1 }, (_, index) => version * 4 + 10 - index * step)
  return [6, ...places.reverse()]
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
]

function drawn(version: number, bits: readonly number[], mask: number): Grid {
  const size = version * 4 + 17
  const dark: Grid = Array.from({ length: size }, () => Array.from({ length: size }, () => false))
  const taken: Grid = dark.map((row) => [...row])
  const set = (x: number, y: number, value: boolean) => {
    const [row, used] = [dark[y], taken[y]]
    if (row === undefined || used === undefined || x < 0 || x >= size) return
    row[x] = value
    used[x] = true
  }
  drawPatterns(version, size, set)
  drawFormat(size, mask, set)
  const masked = MASKS[mask] ?? (() => false)
  let next = 0
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < size; step++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - step : step
      for (const x of [right, right - 1]) {
        const row = dark[y]
        if (row === undefined || taken[y]?.[x] === true) continue
        row[x] = ((bits[next++] ?? 0) === 1) !== masked(x, y)
      }
    }
  }
  return dark
}

type Set = (x: number, y: number, value: boolean) => void

function drawPatterns(version: number, size: number, set: Set): void {
  for (let index = 0; index < size; index++) {
    set(6, index, index % 2 === 0)
    set(index, 6, index % 2 === 0)
  }
  const square = (cx: number, cy: number, radius: number, light: (ring: number) => boolean) => {
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        if (cy + dy >= 0 && cy + dy < size) set(cx + dx, cy + dy, !light(Math.max(Math.abs(dx), Math.abs(dy))))
      }
    }
  }
  const finder = (ring: number) => ring === 2 || ring === 4
  square(3, 3, 4, finder)
  square(size - 4, 3, 4, finder)
  square(3, size - 4, 4, finder)
  const places = alignments(version)
  const last = places.length - 1
  places.forEach((x, i) => {
    places.forEach((y, j) => {
      const corner = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)
      if (!corner) square(x, y, 2, (ring) => ring === 1)
    })
  })
  if (version >= 7) drawVersion(version, size, set)
}

function checked(value: number, length: number, generator: number): number {
  let rest = value
  for (let step = 0; step < length; step++) rest = (rest << 1) ^ ((rest >>> (length - 1)) * generator)
  return (value << length) | rest
}

function drawVersion(version: number, size: number, set: Set): void {
  const bits = checked(version, 12, 0x1f25)
  for (let index = 0; index < 18; index++) {
    const [far, near] = [size - 11 + (index % 3), Math.floor(index / 3)]
    set(far, near, ((bits >>> index) & 1) === 1)
    set(near, far, ((bits >>> index) & 1) === 1)
  }
}

function drawFormat(size: number, mask: number, set: Set): void {
  const bits = checked(mask, 10, 0x537) ^ 0x5412 // level M is 0
  const bit = (index: number) => ((bits >>> index) & 1) === 1
  for (let index = 0; index <= 5; index++) set(8, index, bit(index))
  set(8, 7, bit(6))
  set(8, 8, bit(7))
  set(7, 8, bit(8))
  for (let index = 9; index < 15; index++) set(14 - index, 8, bit(index))
  for (let index = 0; index < 8; index++) set(size - 1 - index, 8, bit(index))
  for (let index = 8; index < 15; index++) set(8, size - 15 + index, bit(index))
  set(8, size - 8, true)
}

/** How badly a camera would read it: long runs, blocks of one colour, what looks like a finder. */
function penalty(grid: Grid): number {
  const size = grid.length
  const columns = Array.from({ length: size }, (_, x) => grid.map((row) => row[x] === true))
  let points = 0
  for (const line of [...grid, ...columns]) {
    const said = line.map((each) => (each ? '1' : '0')).join('')
    for (const [run] of said.matchAll(/0{5,}|1{5,}/g)) points += PENALTY_RUN + run.length - 5
    for (const pattern of ['10111010000', '00001011101']) {
      for (let from = said.indexOf(pattern); from !== -1; from = said.indexOf(pattern, from + 1)) points += PENALTY_FINDER
    }
  }
  for (let y = 0; y + 1 < size; y++) {
    for (let x = 0; x + 1 < size; x++) {
      const colour = grid[y]?.[x]
      if (colour === grid[y]?.[x + 1] && colour === grid[y + 1]?.[x] && colour === grid[y + 1]?.[x + 1]) points += PENALTY_BLOCK
    }
  }
  const darkShare = grid.flat().filter(Boolean).length / (size * size)
  return points + Math.floor(Math.abs(darkShare * 20 - 10)) * PENALTY_BALANCE
}
