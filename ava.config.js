export default {
  files: ['test/**/*.test.ts', '!test/long/**'],
  extensions: ['ts'],
  timeout: '2m',
  concurrency: 3, // of two cores one is often waiting: for a clock, a child process, the disk
  workerThreads: false,
};
