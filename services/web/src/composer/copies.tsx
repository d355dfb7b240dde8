import { Stack, TagsInput } from '@mantine/core'

import { t } from '@/texts'

interface CopiesProps {
  cc: readonly string[]
  bcc: readonly string[]
  onChange: (copies: { cc?: string[]; bcc?: string[] }) => void
  disabled?: boolean
}

/** Who else gets a mail: seen by all, or by nobody. */
export function Copies({ cc, bcc, onChange, disabled = false }: CopiesProps) {
  const common = { size: 'xs', disabled, splitChars: [',', ';', ' '], acceptValueOnBlur: true }
  return (
    <Stack gap={4} mb={4}>
      <TagsInput
        {...common}
        aria-label={t('composer.copyTo')}
        placeholder={t('composer.copyTo')}
        value={[...cc]}
        onChange={(value) => onChange({ cc: value })}
      />
      <TagsInput
        {...common}
        aria-label={t('composer.blindCopyTo')}
        placeholder={t('composer.blindCopyTo')}
        value={[...bcc]}
        onChange={(value) => onChange({ bcc: value })}
      />
    </Stack>
  )
}
