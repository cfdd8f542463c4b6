// The workloads natively and as WebAssembly in Node, in turns, so that a neighbour on the
// machine hits both alike. Reading and compiling the document is part of both.
//
// Node first runs what its quick compiler makes and gives functions that prove to be hot to its
// optimising compiler while they run. So WebAssembly is timed twice: the first run of a fresh
// process, compiling included, as somebody who opens a page sees it; and the runs once everything
// has been optimised, which are held against native code.
//
// In: the benchmark program and the WebAssembly module. Out: a table, as markdown.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROUNDS = 7;
/** Runs until nothing gets faster any more: seen to be three. */
const WARMING = 4;
const scenes = ['M/M/1', 'three tiers', 'work queue', 'shop'];

/** Runs a scene once; its nanoseconds an event, since `begin`. */
function time(instance, number, begin = process.hrtime.bigint()) {
  const events = instance.exports.scene(number);
  return Number(process.hrtime.bigint() - begin) / events;
}

/** What a program prints, as a number. */
function answer(program, ...words) {
  return Number(execFileSync(program, words, { encoding: 'utf8' }));
}

const load = async (module) => (await WebAssembly.instantiate(readFileSync(module), {})).instance;

if (process.argv[2] === '--first') {
  const [module, number] = process.argv.slice(3);
  const begin = process.hrtime.bigint();
  console.log(time(await load(module), Number(number), begin));
} else {
  const [native, module] = process.argv.slice(2);
  const instance = await load(module);
  console.log('\n## Native and WebAssembly: nanoseconds an event\n');
  console.log('| scene | native | WebAssembly | ratio | its first run |\n|---|---|---|---|---|');
  scenes.forEach((name, number) => {
    for (let run = 0; run < WARMING; run += 1) time(instance, number);
    const best = [Infinity, Infinity, Infinity];
    const ratios = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const itself = fileURLToPath(import.meta.url);
      const took = [
        answer(native, '--time', name),
        time(instance, number),
        answer(process.execPath, itself, '--first', module, String(number)),
      ];
      took.forEach((nanos, which) => (best[which] = Math.min(best[which], nanos)));
      ratios.push(took[1] / took[0]);
    }
    ratios.sort((a, b) => a - b);
    const ratio = ratios[(ROUNDS - 1) / 2].toFixed(2);
    const [there, here, first] = best.map((nanos) => nanos.toFixed(1));
    console.log(`| ${name} | ${there} | ${here} | ${ratio} | ${first} |`);
  });
}
