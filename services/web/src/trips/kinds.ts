import type { ServiceDetails } from '@/api'

export type ServiceKind = ServiceDetails['kind']

export const KINDS = ['transfer', 'tour', 'stay', 'activity', 'meal', 'other'] as const satisfies readonly ServiceKind[]
