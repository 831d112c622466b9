import type { DescriptorFact } from '../system/descriptor-facts.ts'
import type { ProcessFacts } from '../system/process-facts.ts'

/** One of the first three descriptors; nothing when it is closed. */
export function standard({ descriptors }: ProcessFacts, fd: number): DescriptorFact | undefined {
  return descriptors.find((descriptor) => descriptor.fd === fd)
}

/** Says what a descriptor leads to. */
export function describe(descriptor: DescriptorFact | undefined): string {
  return descriptor === undefined ? 'closed' : descriptor.target
}

/** An output goes to a file or to nowhere, not to a terminal, a pipe or a file that is gone. */
export function lookAtOutput(facts: ProcessFacts, fd: number): { ok: boolean; seen: string } {
  const output = standard(facts, fd)
  const seen = describe(output)
  return { ok: output !== undefined && !output.isTerminal && !/^pipe:| \(deleted\)$/.test(seen), seen }
}

/** Logs are open for appending. */
export function lookAtAppend(facts: ProcessFacts): { ok: boolean; seen: string } {
  const logs = [standard(facts, 1), standard(facts, 2)].filter((output) => output?.isFile)
  const wrong = logs.filter((log) => !log?.isAppend)
  if (wrong.length > 0) return { ok: false, seen: `without O_APPEND: ${wrong.map((log) => log?.fd).join(', ')}` }
  return { ok: true, seen: logs.length === 0 ? 'no log is open' : 'O_APPEND' }
}

/** Nothing beyond the standard three is passed on. */
export function lookAtDescriptors({ descriptors }: ProcessFacts): { ok: boolean; seen: string } {
  const extra = descriptors.filter(({ fd }) => fd > 2)
  const leaks = extra.filter(({ isCloseOnExec }) => !isCloseOnExec)
  const seen =
    leaks.length === 0 ? `${extra.length} of its own` : leaks.map(({ fd, target }) => `${fd} → ${target}`).join(', ')
  return { ok: leaks.length === 0, seen }
}
