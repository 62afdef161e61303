import project from '../package.json' with { type: 'json' };

/** Version of this installation. */
export const { version } = project;
