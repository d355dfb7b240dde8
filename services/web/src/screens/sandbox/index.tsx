import { t } from '@/texts'
import { useAddress } from '@/trips/address'
import { IconDeviceMobile } from '@/ui/icons'
import { Page } from '@/ui/page'
import { Empty, Loaded } from '@/ui/states'

import { Chat } from './chat'
import { DeviceList } from './device-list'
import { type Device, fullest } from './devices'
import { Mails } from './mails'
import { useArrivals, useDevices } from './queries'
import classes from './sandbox.module.css'
import { validateSearch } from './search'
import { Texts } from './texts'

/** The phones and mailboxes of the demo's people side by side: what they get, and what they do. */
export default function Sandbox() {
  const devices = useDevices()
  useArrivals()
  return (
    <Page title={t('sandbox.title')} full>
      <Loaded query={devices}>{(all) => <Shelf devices={all} />}</Loaded>
    </Page>
  )
}

function Shelf({ devices }: { devices: readonly Device[] }) {
  const [search, change] = useAddress(validateSearch)
  const open = search.open ?? fullest(devices)
  const put = (keys: string[]) => change({ open: keys })
  const shown = open.flatMap((key) => devices.find((each) => each.key === key) ?? [])
  const close = (key: string) => put(open.filter((each) => each !== key))
  return (
    <div className={classes.screen}>
      <DeviceList
        devices={devices}
        open={open}
        onToggle={(key) => (open.includes(key) ? close(key) : put([key, ...open]))}
      />
      <div className={classes.shelf}>
        {shown.length === 0 ? (
          <div className={classes.empty}>
            <Empty
              icon={<IconDeviceMobile size={26} stroke={1.5} />}
              title={devices.length === 0 ? t('sandbox.empty') : t('sandbox.choose')}
              text={devices.length === 0 ? t('sandbox.emptyText') : t('sandbox.chooseText')}
            />
          </div>
        ) : (
          shown.map((device) => <Shown key={device.key} device={device} onClose={() => close(device.key)} />)
        )}
      </div>
    </div>
  )
}

function Shown(props: { device: Device; onClose: () => void }) {
  const { channel } = props.device
  if (channel === 'whatsapp') return <Chat {...props} />
  return channel === 'sms' ? <Texts {...props} /> : <Mails {...props} />
}
