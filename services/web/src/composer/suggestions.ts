// What `/` and `@` offer while one writes: templates of the channel, and colleagues in a comment.

import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, type RefObject, useState } from 'react'

import { api, type Conversation, type Template, type TemplatePreview, type User } from '@/api'
import { toast } from '@/ui/toast'

import type { Drafting } from './draft'
import type { Option } from './suggest'
import { fill, isFilled } from './template-form'
import { asked, inserted, type Writing } from './writing'

const SHOWN = 30

interface Given {
  conversation: Conversation
  writing: Writing
  comment: string | undefined
  change: Drafting['change']
  setComment: (text: string) => void
  users: readonly User[]
  text: RefObject<HTMLTextAreaElement | null>
}

export function useSuggestions({ conversation, writing, comment, change, setComment, users, text }: Given) {
  const words = comment ?? writing.text
  const [caret, setCaret] = useState(0)
  const [active, setActive] = useState(0)
  const [refused, setRefused] = useState<string>()
  const [template, setTemplate] = useState<Template>()
  const found = asked(words, caret)
  const wanted = found && (found.sign === '/') === (comment === undefined) ? found : undefined
  const open = wanted !== undefined && refused !== words

  const { data: templates = [] } = useQuery({
    queryKey: ['templates', 'offered', writing.channel],
    queryFn: ({ signal }) => api.get('/templates', { query: { channel: writing.channel, kind: 'message' }, signal }),
    enabled: open && wanted.sign === '/',
  })
  const offered = open ? (wanted.sign === '/' ? named(templates, wanted.words) : []) : []
  const people = open && wanted.sign === '@' ? named(users.filter((each) => each.active), wanted.words) : []
  const options: Option[] = [
    ...offered.map((each) => ({ id: each.id, title: each.name, about: each.subject || each.body.slice(0, 120) })),
    ...people.map((each) => ({ id: each.id, title: each.name, about: each.email })),
  ]

  const write = (next: string) => {
    if (comment === undefined) change({ text: next })
    else setComment(next)
    requestAnimationFrame(() => text.current?.focus())
  }
  const replaced = (by: string) => (wanted ? words.slice(0, wanted.from) + by + words.slice(caret) : words + by)

  const insert = (preview: TemplatePreview, from = template) => {
    setTemplate(undefined)
    // The words may have gone on while it was filled.
    change((now) => ({
      text: inserted(now.text, words, wanted?.from ?? words.length, wanted ? caret : words.length, preview.text.trim()),
      ...(now.subject === '' && preview.subject !== '' && conversation.subject === '' && { subject: preview.subject }),
      ...(from?.purpose && { purpose: from.purpose }),
    }))
    requestAnimationFrame(() => text.current?.focus())
  }

  const choose = (index: number) => {
    const person = people[index]
    if (person) write(replaced(`@${person.name} `))
    const chosen = offered[index]
    if (!chosen) return
    setRefused(words)
    // Complete at once where all is known; else what is missing is asked for.
    void fill(chosen, conversation, writing.itinerary, {}).then(
      (preview) => (isFilled(preview) ? insert(preview, chosen) : setTemplate(chosen)),
      (error: unknown) => toast.failure(error),
    )
  }

  return {
    open,
    sign: wanted?.sign,
    options,
    active: Math.min(active, Math.max(0, options.length - 1)),
    template,
    insert,
    choose,
    close: () => setTemplate(undefined),
    moved: () => {
      setCaret(text.current?.selectionStart ?? words.length)
    },
    /** The button that does what `/` does. */
    offer: () => {
      const next = words === '' || words.endsWith('\n') ? `${words}/` : `${words}\n/`
      setRefused(undefined)
      write(next)
      setCaret(next.length)
    },
    /** Whether a key was for the suggestions. */
    keyed: (event: KeyboardEvent): boolean => {
      if (!open) return false
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step !== undefined) setActive((active + step + options.length) % Math.max(1, options.length))
      else if ((event.key === 'Enter' || event.key === 'Tab') && options.length > 0) choose(Math.min(active, options.length - 1))
      else if (event.key === 'Escape') setRefused(words)
      else {
        setActive(0)
        return false
      }
      event.preventDefault()
      event.stopPropagation()
      return true
    },
  }
}

function named<T extends { name: string }>(all: readonly T[], words: string): T[] {
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return all.filter((each) => plain(each.name).includes(plain(words.trim()))).slice(0, SHOWN)
}
