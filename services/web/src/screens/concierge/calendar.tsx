import { Button, Checkbox, Text, Title, UnstyledButton } from '@mantine/core'
import { type CSSProperties, Fragment } from 'react'

import type { ConciergeService } from '@/api'
import { t } from '@/texts'
import { plainDay } from '@/time'
import { Hours, KindIcon, supplierOf } from '@/trips/service'
import { ServiceBadge } from '@/trips/states'
import { isOff } from '@/trips/steps'
import { IconCalendarWeek } from '@/ui/icons'
import { Empty } from '@/ui/states'

import classes from './concierge.module.css'
import { type Column, gridOf } from './grid'

interface CalendarProps {
  dates: readonly string[]
  days: readonly { date: string; services: readonly ConciergeService[] }[]
  today: string
  selected: ReadonlyMap<string, ConciergeService>
  onToggle: (services: readonly ConciergeService[], on: boolean) => void
  onOpen: (service: ConciergeService) => void
  onDay: (date: string) => void
  filtered: boolean
  onClear: () => void
}

/** Days beside each other, hours below each other: what is at the same hour stands on one line. */
export function Calendar({ dates, days, today, selected, onToggle, onOpen, onDay, filtered, onClear }: CalendarProps) {
  const grid = gridOf(dates, days)
  if (grid.columns.every((each) => each.count === 0)) {
    return (
      <Empty
        icon={<IconCalendarWeek size={26} stroke={1.5} />}
        title={t('concierge.empty')}
        text={filtered ? t('concierge.emptyFiltered') : t('concierge.emptyText')}
        action={
          filtered && (
            <Button variant="light" size="xs" onClick={onClear}>
              {t('concierge.clear')}
            </Button>
          )
        }
      />
    )
  }
  // Row 1 has the days, row 2 what takes a whole day, and then come the hours.
  return (
    <div className={classes.grid} style={{ '--days': dates.length } as CSSProperties} data-single={dates.length === 1}>
      <div className={classes.corner} />
      {grid.hasWholeDays && (
        <div className={classes.hour} style={{ gridRow: 2 }}>
          {t('trips.allDay')}
        </div>
      )}
      {grid.hours.map((hour, index) => (
        <Fragment key={hour}>
          <div className={classes.rule} style={{ gridRow: index + 3 }} />
          <div className={classes.hour} style={{ gridRow: index + 3 }}>
            {String(hour).padStart(2, '0')}:00
          </div>
        </Fragment>
      ))}
      {grid.columns.map((column, index) => (
        <Day
          key={column.date}
          column={column}
          position={index + 2}
          rows={grid.hours.length}
          isToday={column.date === today}
          selected={selected}
          onToggle={onToggle}
          onOpen={onOpen}
          onDay={onDay}
        />
      ))}
    </div>
  )
}

interface DayProps extends Pick<CalendarProps, 'selected' | 'onToggle' | 'onOpen' | 'onDay'> {
  column: Column
  /** The column of the grid. */
  position: number
  rows: number
  isToday: boolean
}

function Day({ column, position, rows, isToday, selected, onToggle, onOpen, onDay }: DayProps) {
  const { date, cells, count } = column
  const services = cells.flatMap((each) => each.services)
  const chosen = services.filter((each) => selected.has(each.service.id)).length
  return (
    <section className={classes.day} aria-label={plainDay(date)}>
      <div className={classes.stripe} data-today={isToday} style={{ gridColumn: position, gridRow: `1 / ${rows + 3}` }} />
      <div className={classes.head} data-today={isToday} data-empty={count === 0} style={{ gridColumn: position }}>
        <Checkbox
          size="xs"
          aria-label={t('concierge.selectDay', { day: plainDay(date) })}
          disabled={count === 0}
          checked={count > 0 && chosen === count}
          indeterminate={chosen > 0 && chosen < count}
          onChange={(event) => onToggle(services, event.currentTarget.checked)}
        />
        <UnstyledButton onClick={() => onDay(date)} aria-label={t('concierge.openDay', { day: plainDay(date) })}>
          <Title order={2} size="h6" aria-current={isToday ? 'date' : undefined}>
            {plainDay(date)}
          </Title>
        </UnstyledButton>
        <Text size="xs" c="dimmed" ml="auto" title={t('concierge.count', { count })}>
          {count > 0 && count}
        </Text>
      </div>
      {cells.map((cell) => (
        <ul key={cell.row} className={classes.cell} style={{ gridColumn: position, gridRow: cell.row + 2 }}>
          {cell.services.map((each) => (
            <Card
              key={each.service.id}
              entry={each}
              selected={selected.has(each.service.id)}
              onSelect={(on) => onToggle([each], on)}
              onOpen={() => onOpen(each)}
            />
          ))}
        </ul>
      ))}
    </section>
  )
}

interface CardProps {
  entry: ConciergeService
  selected: boolean
  onSelect: (on: boolean) => void
  onOpen: () => void
}

function Card({ entry, selected, onSelect, onOpen }: CardProps) {
  const { service, reference, title } = entry
  const it = service.details
  const state = it.state ?? 'planned'
  return (
    <li className={classes.card} data-selected={selected} data-off={isOff(state)} data-state={state}>
      <div className={classes.cardTop}>
        <Checkbox size="xs" aria-label={t('trips.select', { name: it.name })} checked={selected} onChange={(event) => onSelect(event.currentTarget.checked)} />
        <span className={classes.time}>
          <Hours service={service} />
        </span>
      </div>
      <UnstyledButton className={classes.open} onClick={onOpen} title={`${it.name}\n${reference} · ${title}`}>
        <span className={classes.name}>
          <KindIcon kind={it.kind} size={15} />
          <span>{it.name}</span>
        </span>
        <Text component="span" display="block" size="xs" c="dimmed" truncate>
          {supplierOf(it)}
        </Text>
        <Text component="span" display="block" size="xs" c="dimmed" truncate>
          {reference} · {title} · {t('trips.pax', { count: it.pax ?? 1 })}
        </Text>
      </UnstyledButton>
      <ServiceBadge state={state} size="xs" mt={4} />
    </li>
  )
}
