// node run-comment.mjs <script> <comments as JSON>: runs the script of the comment job against a GitHub that remembers what is
// asked of it, and prints the calls that change something as JSON.
import { readFile } from 'node:fs/promises';

const [script, comments] = process.argv.slice(2);
const calls = [];
const issues = {
  listComments: {},
  createComment: async request => calls.push({ call: 'create', ...request }),
  updateComment: async request => calls.push({ call: 'update', ...request }),
};
const github = { rest: { issues }, paginate: async () => JSON.parse(comments) };
const context = { repo: { owner: 'o', repo: 'n' }, issue: { number: 7 } };
const AsyncFunction = (async () => {}).constructor;
await new AsyncFunction('github', 'context', await readFile(script, 'utf8'))(github, context);
console.log(JSON.stringify(calls));
