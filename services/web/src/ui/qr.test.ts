import { createHash } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { qrCode } from './qr'

// Of texts that fill their code to the last byte, as another implementation (segno 1.6.6) draws them.
const KNOWN: [name: string, text: string, size: number, sha256: string][] = [
  ['version 7, which tells its version', 'y'.repeat(122), 45, 'fa3ce7e280571d5eacc1729dceb6d4fd114a2c4532a49aac4369f08b67d489fd'],
  ['version 11, as WhatsApp’s', `2@${'aB3/+xY9'.repeat(31)}=`, 61, '282cf3ff0b7005ff03f10859f14fefc3168fbf8456367ef673da2727559276ad'],
  ['version 21, of many blocks', 'x'.repeat(711), 101, '2fd197adaa8d783597c2628d627a4f040ee99510621125ad2ddb5f207f5a3108'],
]

function said(text: string): string {
  return qrCode(text)
    .map((row) => row.map((dark) => (dark ? '1' : '0')).join(''))
    .join('\n')
}

describe('a QR code', () => {
  it.each(KNOWN)('is drawn as others draw it: %s', (_, text, size, sha256) => {
    expect(qrCode(text)).toHaveLength(size)
    expect(createHash('sha256').update(said(text)).digest('hex')).toBe(sha256)
  })

  it('grows with what it says, and refuses what no code can', () => {
    expect(qrCode('')).toHaveLength(21)
    expect(qrCode('x'.repeat(15))).toHaveLength(25)
    expect(() => qrCode('x'.repeat(2332))).toThrow(RangeError)
  })
})
