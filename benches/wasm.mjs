// The workloads natively and as WebAssembly in Node, in turns, so that a neighbour on the
// machine hits both alike. Reading and compiling the document is part of both.
//
// In: the benchmark program and the WebAssembly module. Out: a table, as markdown.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [native, module] = process.argv.slice(2);
const scenes = ['M/M/1', 'three tiers', 'work queue', 'shop'];
const { instance } = await WebAssembly.instantiate(readFileSync(module), {});
const ROUNDS = 7;

console.log('\n## Native and WebAssembly: nanoseconds an event\n');
console.log('| scene | native | WebAssembly | ratio |\n|---|---|---|---|');
scenes.forEach((name, number) => {
  instance.exports.scene(number); // Compiled by the optimising compiler from here on.
  const best = [Infinity, Infinity];
  const ratios = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const there = Number(execFileSync(native, ['--time', name], { encoding: 'utf8' }));
    const begin = process.hrtime.bigint();
    const events = instance.exports.scene(number);
    const here = Number(process.hrtime.bigint() - begin) / events;
    best[0] = Math.min(best[0], there);
    best[1] = Math.min(best[1], here);
    ratios.push(here / there);
  }
  ratios.sort((a, b) => a - b);
  const ratio = ratios[(ROUNDS - 1) / 2].toFixed(2);
  console.log(`| ${name} | ${best[0].toFixed(1)} | ${best[1].toFixed(1)} | ${ratio} |`);
});
