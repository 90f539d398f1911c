/** Something the person who starts Doctrail has to change; `message` is one or two sentences that say what. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
