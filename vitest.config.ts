import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    exclude: ['**/e2e/**', '**/node_modules/**'],
    // Vitest would leave a core of two idle.
    maxWorkers: 2,
    // Order must not matter: files and tests run shuffled, and vitest prints the seed.
    sequence: { shuffle: true },
    // Walks over all crash points take a while on a busy machine; nothing here measures time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
