import { IconBrandWhatsapp, IconMail, IconMessage } from '@/ui/icons'

import type { Channel } from '@/api'
import { t } from '@/texts'

const ICONS = { email: IconMail, whatsapp: IconBrandWhatsapp, sms: IconMessage }

/** The sign of a channel, with its name for who cannot see it. */
export function ChannelIcon({ channel, size = 16 }: { channel: Channel; size?: number }) {
  const Icon = ICONS[channel]
  return <Icon size={size} stroke={1.7} role="img" aria-label={t(`ui.channel.${channel}`)} style={{ flexShrink: 0 }} />
}
