export default {
  files: ['test/**/*.test.ts', '!test/long/**'],
  extensions: ['ts'],
  timeout: '2m',
  concurrency: 2,
  workerThreads: false,
};
