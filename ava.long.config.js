import short from './ava.config.js';

/** `make test-long`: everything, the long runs too. */
export default { ...short, files: ['test/**/*.test.ts'] };
