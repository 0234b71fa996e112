import { defineConfig } from 'vitest/config';

/** End to end: the built program in processes of its own, against an endpoint over HTTP. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: 'test/e2e/global-setup.ts',
    sequence: { shuffle: true },
    testTimeout: 900_000,
  },
});
