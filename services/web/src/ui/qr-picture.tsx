import { qrCode } from './qr'

const QUIET = 4 // modules around it, without which cameras do not find it

/** A code for a phone's camera: dark on white in both schemes. */
export function QrPicture({ text, label, size = 264 }: { text: string; label: string; size?: number }) {
  const grid = qrCode(text)
  const side = grid.length + 2 * QUIET
  const path = grid
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : '')))
    .join('')
  return (
    <svg viewBox={`0 0 ${side} ${side}`} width={size} height={size} role="img" aria-label={label} shapeRendering="crispEdges" style={{ maxWidth: '100%' }}>
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
