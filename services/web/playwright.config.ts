import { defineConfig } from '@playwright/test'

// Run by scripts/browser.py, which starts a sandbox and says where it is (FAIRLEAD_UP).
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'node_modules/.cache/playwright',
  // Nothing waits so long on a machine that is not busy with something else.
  timeout: 120_000,
  expect: { timeout: 40_000 },
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  reporter: 'line',
  use: {
    browserName: 'chromium',
    launchOptions: {
      executablePath: process.env.FAIRLEAD_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    },
    contextOptions: { reducedMotion: 'reduce' },
    locale: 'en-GB',
    timezoneId: 'Europe/Lisbon',
    viewport: { width: 1280, height: 800 },
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
  projects: [
    { name: 'tests', testMatch: '*.spec.ts' },
    { name: 'measured', testMatch: 'measured.ts', use: { trace: 'off' } },
    // Nobody traces what no test is; and the machine may be busy: a picture has time.
    { name: 'pictures', testMatch: 'pictures.ts', use: { trace: 'off' }, timeout: 180_000, expect: { timeout: 60_000 } },
  ],
})
