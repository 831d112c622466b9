/** A list as text. */
export function list(words: string[]): string {
  return words.length === 0 ? 'none' : words.join(' ')
}
