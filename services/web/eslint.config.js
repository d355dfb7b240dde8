import js from '@eslint/js'
import a11y from 'eslint-plugin-jsx-a11y'
import hooks from 'eslint-plugin-react-hooks'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.d.ts', 'public'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...ts.configs.stylisticTypeChecked,
  hooks.configs.flat['recommended-latest'],
  a11y.flatConfigs.strict,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // A number in a template is what one wants.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => void save()` is how a handler starts something.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // TanStack Router throws redirects.
      '@typescript-eslint/only-throw-error': 'off',
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@mantine/core',
              importNames: ['Modal', 'Drawer'],
              message: 'Take Dialogue or Drawer of @/ui/dialogue: they give the focus back.',
            },
          ],
          patterns: [
            {
              group: ['@/screens/*', '../../screens/*'],
              message: 'A screen never imports another: what two need lives in src/ui or beside it.',
            },
          ],
        },
      ],
    },
  },
  // The routes and the texts name every screen, and the windows are made in one place: that is what they are for.
  {
    files: ['src/routes.tsx', 'src/texts/*.ts', 'src/ui/dialogue.tsx'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['*.js'], ...ts.configs.disableTypeChecked },
)
