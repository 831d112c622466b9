// How this Node runs TypeScript: by itself from 22.18 on, before that with tsx.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** Arguments for Node, before the program. */
export const typescriptFlags =
  major > 22 || (major === 22 && minor >= 18) ? [] : ['--import', import.meta.resolve('tsx')]
