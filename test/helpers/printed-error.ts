/** Reads the uncaught error that Node printed: class and message, and the properties in the braces behind the stack. */
export function readPrintedError(stderr: string): { name: string; message: string; properties: string } {
  const [, name = '', message = ''] = /^(?:Uncaught )?(\w*Error)(?: \[\w+\])?: (.*)$/m.exec(stderr) ?? []
  const properties = /^ {4}at [^\n]* \{\n([\s\S]*)/m.exec(stderr)?.[1] ?? ''
  return { name, message, properties }
}
