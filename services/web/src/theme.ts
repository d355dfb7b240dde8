import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

// Deep teal, from the mist over a harbour to the water under it. Shade 7 carries white text in the
// light, shade 6 in the dark, and shade 4 stands on the dark ground (theme.test.ts measures them).
const tide: MantineColorsTuple = [
  '#eef7f8',
  '#dcecee',
  '#b5d8dc',
  '#8ac3c9',
  '#67b1b9',
  '#3f949e',
  '#237985',
  '#0f5c6e',
  '#0b4a59',
  '#0b3d4a',
]

// Greys that lean to the accent, so that light and dark are of one hand.
const dark: MantineColorsTuple = [
  '#dfe7ea',
  '#c0ccd1',
  '#a3b3ba',
  '#7f929a',
  '#4a5c65',
  '#33444c',
  '#24323a',
  '#1a262d',
  '#131d23',
  '#0c1418',
]

const gray: MantineColorsTuple = [
  '#f7f9fa',
  '#eff3f4',
  '#e3e9eb',
  '#d3dcdf',
  '#bac6ca',
  '#8d9ca2',
  '#5c6d74',
  '#46565d',
  '#2f3d43',
  '#1d2730',
]

const SANS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif'

const TITLE = { fontSize: '1.15rem', fontWeight: 620, lineHeight: 1.3 }

// The head of a window is a <header>, and in a dialogue's section one is taken for that of the page.
const NO_BANNER = { header: { role: 'presentation' } }

export const theme = createTheme({
  colors: { tide, dark, gray },
  primaryColor: 'tide',
  primaryShade: { light: 7, dark: 6 },
  black: '#1d2730',
  fontFamily: SANS,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  headings: {
    fontFamily: SANS,
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.15rem', lineHeight: '1.3' },
      h3: { fontSize: '1rem', lineHeight: '1.35' },
    },
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: {
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.5, blur: 2 }, attributes: NO_BANNER },
      styles: { title: TITLE },
    },
    Fieldset: { defaultProps: { m: 0 }, styles: { legend: { fontWeight: 500 } } },
    Drawer: { defaultProps: { attributes: NO_BANNER }, styles: { title: TITLE } },
    // The place of the focus before the first entry may stand in no menu (WAI-ARIA): the menu itself takes it.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Badge: { defaultProps: { variant: 'light', tt: 'none', fw: 600 } },
    Table: { defaultProps: { verticalSpacing: 'sm', highlightOnHover: true } },
    Anchor: { defaultProps: { underline: 'hover' } },
    // The list scrolls itself: a box around it would have to be reached by Tab (WCAG 2.1.1).
    Select: { defaultProps: { withScrollArea: false }, styles: { options: { maxHeight: 260, overflowY: 'auto' } } },
  },
})

/** Light buttons, badges and signs in the dark: of themselves they are darker than the ground. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {},
  dark: {
    '--mantine-color-tide-light': 'rgb(63 148 158 / 24%)',
    '--mantine-color-tide-light-hover': 'rgb(63 148 158 / 34%)',
    '--mantine-color-tide-light-color': '#b5d8dc',
    '--mantine-color-gray-light': 'rgb(141 156 162 / 20%)',
    '--mantine-color-gray-light-hover': 'rgb(141 156 162 / 30%)',
    '--mantine-color-gray-light-color': '#d3dcdf',
  },
})
