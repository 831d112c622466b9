import type { HealthCheck } from '../../options/types.ts'
import type { HealthPlan } from './types.ts'

/** Has what stands in a record the shape that is relied on? Somebody may have edited it. */
export function isHealthPlan({ health, watchdog, maxMemory, maxAge }: Partial<HealthPlan>): boolean {
  const isAmount = (value: unknown): boolean => value === undefined || (typeof value === 'number' && value > 0)
  return [watchdog, maxMemory, maxAge].every(isAmount) && (health === undefined || isCheck(health))
}

/** Is this a whole check? */
function isCheck(health: HealthCheck): boolean {
  const { interval, timeout, failures, startPeriod, ...target } = (health as Partial<HealthCheck> | null) ?? {}
  const { kind, url, port, path, words } = target as Record<string, unknown>
  const isTarget =
    (kind === 'http' && typeof url === 'string' && URL.canParse(url)) ||
    (kind === 'port' && typeof port === 'number') ||
    (kind === 'socket' && typeof path === 'string') ||
    (kind === 'command' && Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string'))
  const isAmount = (value: unknown): boolean => typeof value === 'number' && value > 0
  return isTarget && [interval, timeout, failures].every(isAmount) && (startPeriod === 0 || isAmount(startPeriod))
}
