import { ActionIcon, Anchor, Badge, Button, FileButton, Group, Image, SimpleGrid, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { addressOf, api, type Attachment, type Listing } from '@/api'
import { useMay } from '@/queries'
import { t } from '@/texts'
import { Dialogue } from '@/ui/dialogue'
import { IconArrowLeft, IconPhoto, IconPlus, IconTrash } from '@/ui/icons'
import { Empty, Loaded } from '@/ui/states'

import classes from './itinerary.module.css'

const MOST = 20

/** What is booked: its cover beside its name, and behind them all its pictures. */
export function BookedListing({ listing }: { listing: Listing }) {
  const [open, setOpen] = useState(false)
  const [cover] = listing.pictures ?? []
  return (
    <>
      <Anchor component="button" type="button" inherit ta="left" onClick={() => setOpen(true)}>
        {isDrawn(cover) && <img className={classes.cover} src={pictureOf(cover.id, 'small')} alt="" />}
        {listing.name}
      </Anchor>
      {open && <Pictures id={listing.id} onClose={() => setOpen(false)} />}
    </>
  )
}

/** Whether there is something to be seen of it yet. */
function isDrawn(picture: Attachment | undefined): picture is Attachment {
  return (picture?.pictures?.length ?? 0) > 0
}

function pictureOf(id: string, size: 'small' | 'medium' | 'large'): string {
  return addressOf('/files/{id}/thumbnail', { path: { id }, query: { size } })
}

function Pictures({ id, onClose }: { id: string; onClose: () => void }) {
  const listing = useQuery({ queryKey: ['listings', 'one', id], queryFn: ({ signal }) => api.get('/listings/{id}', { path: { id }, signal }) })
  return (
    <Dialogue onClose={onClose} size="lg" title={listing.data?.name ?? t('itinerary.listing')}>
      <Loaded query={listing}>{(found) => <Gallery listing={found} />}</Loaded>
    </Dialogue>
  )
}

function Gallery({ listing }: { listing: Listing }) {
  const queries = useQueryClient()
  const mayEdit = useMay('EDIT_ITINERARIES')
  const { id, version = 1, pictures = [] } = listing
  const ids = pictures.map((each) => each.id)
  const choose = useMutation({
    mutationFn: async ({ chosen, files = [] }: { chosen: string[]; files?: File[] }) => {
      const added: string[] = []
      for (const file of files) added.push((await api.upload(file, file.name)).id)
      return api.put('/listings/{id}/pictures', { path: { id }, version, body: { file_ids: [...chosen, ...added] } })
    },
    // The trips that show it have a copy of it.
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ['listings'] }), queries.invalidateQueries({ queryKey: ['itineraries'] })]),
  })
  const add = mayEdit && pictures.length < MOST && (
    <FileButton multiple accept="image/*" onChange={(files) => files.length > 0 && choose.mutate({ chosen: ids, files })}>
      {(props) => (
        <Button {...props} size="xs" loading={choose.isPending} leftSection={<IconPlus size={16} />}>
          {t('itinerary.picture.add')}
        </Button>
      )}
    </FileButton>
  )
  if (pictures.length === 0) {
    return <Empty icon={<IconPhoto size={26} stroke={1.5} />} title={t('itinerary.picture.none')} text={t('itinerary.picture.noneText')} action={add} />
  }
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('itinerary.picture.noneText')}
        </Text>
        {add}
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="sm">
        {pictures.map((each, place) => (
          <figure key={each.id} className={classes.picture}>
            {isDrawn(each) ? (
              <Image src={pictureOf(each.id, 'medium')} alt={t('itinerary.picture.of', { name: listing.name, number: place + 1 })} radius="md" />
            ) : (
              <Text className={classes.drawn} size="xs" c="dimmed">
                {t('itinerary.picture.drawn')}
              </Text>
            )}
            <Group gap={4} mt={4} justify="space-between">
              {place === 0 ? <Badge variant="light">{t('itinerary.picture.cover')}</Badge> : <span />}
              {mayEdit && (
                <Group gap={2}>
                  {place > 0 && (
                    <>
                      <Button size="compact-xs" variant="subtle" disabled={choose.isPending} onClick={() => choose.mutate({ chosen: moved(ids, place, 0) })}>
                        {t('itinerary.picture.makeCover')}
                      </Button>
                      <ActionIcon size="sm" variant="subtle" color="gray" disabled={choose.isPending} aria-label={t('itinerary.picture.forward', { number: place + 1 })} onClick={() => choose.mutate({ chosen: moved(ids, place, place - 1) })}>
                        <IconArrowLeft size={15} />
                      </ActionIcon>
                    </>
                  )}
                  <ActionIcon size="sm" variant="subtle" color="gray" disabled={choose.isPending} aria-label={t('itinerary.picture.remove', { number: place + 1 })} onClick={() => choose.mutate({ chosen: ids.filter((one) => one !== each.id) })}>
                    <IconTrash size={15} />
                  </ActionIcon>
                </Group>
              )}
            </Group>
          </figure>
        ))}
      </SimpleGrid>
    </Stack>
  )
}

/** The ids with the one at a place at another. */
function moved(ids: readonly string[], from: number, to: number): string[] {
  const rest = ids.filter((_, place) => place !== from)
  return [...rest.slice(0, to), ...ids.slice(from, from + 1), ...rest.slice(to)]
}
