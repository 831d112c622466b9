/**
 * Is one version newer than another? As with semantic versions: numbers count as numbers, and one that goes on behind a hyphen comes
 * before the one that it leads to.
 */
export function isNewer(one: string, other: string): boolean {
  return compare(one, other) > 0
}

/** Compares two versions. */
function compare(one: string, other: string): number {
  const [a, b] = [split(one), split(other)]
  return compareParts(a.release, b.release) || comparePrereleases(a.prerelease, b.prerelease)
}

/** The parts of a version; what stands behind a plus is none. */
function split(version: string): { release: string[]; prerelease: string[] } {
  const [plain = ''] = version.replace(/^v(?=\d)/, '').split('+', 1)
  const at = plain.indexOf('-')
  if (at === -1) return { release: plain.split('.'), prerelease: [] }
  return { release: plain.slice(0, at).split('.'), prerelease: plain.slice(at + 1).split('.') }
}

/** The one without is the newer. */
function comparePrereleases(one: string[], other: string[]): number {
  if (one.length === 0 || other.length === 0) return Number(one.length === 0) - Number(other.length === 0)
  return compareParts(one, other)
}

/** Compares part by part; what is not there comes first. */
function compareParts(one: string[], other: string[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const [a, b] = [one[index], other[index]]
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1
    const order = comparePart(a, b)
    if (order !== 0) return order
  }
  return 0
}

/** Numbers as numbers, and before words. */
function comparePart(one: string, other: string): number {
  const [a, b] = [isNumber(one), isNumber(other)]
  if (a && b) return Math.sign(Number(one) - Number(other))
  if (a !== b) return a ? -1 : 1
  return one === other ? 0 : one < other ? -1 : 1
}

function isNumber(part: string): boolean {
  return /^\d+$/.test(part)
}
