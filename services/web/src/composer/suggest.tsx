import { Text } from '@mantine/core'
import { useEffect, useRef } from 'react'

import { t } from '@/texts'

import classes from './composer.module.css'

export interface Option {
  id: string
  title: string
  about?: string
}

interface SuggestProps {
  id: string
  label: string
  options: readonly Option[]
  active: number
  choose: (index: number) => void
}

export const optionId = (id: string, index: number): string => `${id}-${index}`

/** What is offered above the text while one writes; the text itself keeps the focus. */
export function Suggest({ id, label, options, active, choose }: SuggestProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' })
  }, [active])
  if (options.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="sm" role="status" className={classes.suggest ?? ''}>
        {t('composer.nothing')}
      </Text>
    )
  }
  return (
    <div ref={list} id={id} role="listbox" aria-label={label} className={classes.suggest}>
      {options.map((option, index) => (
        // Chosen by keyboard from the text, whose aria-activedescendant it is.
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events
        <div
          key={option.id}
          id={optionId(id, index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          className={classes.option}
          {...(index === active && { 'data-active': '' })}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(index)}
        >
          <Text size="sm" fw={550} truncate>
            {option.title}
          </Text>
          {option.about && (
            <Text size="xs" c="dimmed" truncate>
              {option.about}
            </Text>
          )}
        </div>
      ))}
    </div>
  )
}
