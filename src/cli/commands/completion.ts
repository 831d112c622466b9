import type { Command } from '../command.ts'

export const completion: Command = {
  usage: ['bash|zsh|fish'],
  about: 'Prints what completes commands, options and the names of daemons in a shell.',
  options: [],
  looksAtHome: false,
  words: ['bash', 'zsh', 'fish'],
  sections: [
    {
      title: 'To have it in each new shell',
      rows: [
        ['bash', `echo 'eval "$(daemonic completion bash)"' >> ~/.bashrc`],
        ['zsh', `echo 'eval "$(daemonic completion zsh)"' >> ~/.zshrc`],
        ['fish', 'daemonic completion fish > ~/.config/fish/completions/daemonic.fish'],
      ],
    },
  ],
  run: async (given) => (await import('../actions/completion.ts')).runCompletion(given),
}
