import { fileURLToPath } from 'node:url'

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

import { compress } from './build/compress.ts'

// Where `npm run dev` finds the API: a running `make up`.
const API = process.env.FAIRLEAD_API ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), compress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The gateway puts a new nonce here for each page (api_gateway/web.py).
  html: { cspNonce: '__NONCE__' },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // A data: URL of a script or a font would be against the policy.
    assetsInlineLimit: 0,
    manifest: true,
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': API, '/f': API, '/p': API } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    env: { TZ: 'UTC' },
  },
})
