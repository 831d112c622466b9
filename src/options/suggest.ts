/** Finds the word that was probably meant; nothing when none is near. */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  const most = word.length < 3 ? 1 : Math.min(3, Math.ceil(word.length / 3))
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distanceBetween(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.candidate
}

/** The end of a sentence that offers what was probably meant. */
export function didYouMean(word: string, candidates: readonly string[], prefix = ''): string {
  const found = nearest(word, candidates)
  return found === undefined ? '' : `. Did you mean '${prefix}${found}'?`
}

/** How many letters have to be added, left out, replaced or swapped with their neighbour (Damerau and Levenshtein). */
function distanceBetween(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= one.length; row += 1) {
    rows[row] = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const at = (up: number, left: number): number => rows[row - up]?.[column - left] ?? Number.POSITIVE_INFINITY
      const replaced = at(1, 1) + (one[row - 1] === other[column - 1] ? 0 : 1)
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      const best = Math.min(at(1, 0) + 1, at(0, 1) + 1, replaced, isSwapped ? at(2, 2) + 1 : replaced)
      rows[row]?.push(best)
    }
  }
  return rows[one.length]?.[other.length] ?? Number.POSITIVE_INFINITY
}
