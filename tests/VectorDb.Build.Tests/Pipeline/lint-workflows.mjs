// node lint-workflows.mjs <folder of the linter> <workflow>...: prints a line a finding; exit code 1 with any.
import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

globalThis.crypto ??= webcrypto; // Node.js 18 keeps it to itself
const [linter, ...files] = process.argv.slice(2);
const { runLint } = createRequire(import.meta.url)(`${linter}/build/run-lint.js`);

// Younger than the linter: https://github.blog/changelog/2026-05-07-github-actions-concurrency-groups-now-allow-larger-queues
const known = /^unexpected key "queue" for "concurrency" section/;

let findings = 0;
for (const file of files) {
  for (const { message, line, column } of await runLint(await readFile(file, 'utf8'), file)) {
    if (message && !known.test(message)) {
      console.log(`${file}:${line}:${column}: ${message}`);
      findings++;
    }
  }
}

process.exit(findings ? 1 : 0);
