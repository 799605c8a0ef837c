// Measures llama.cpp, as the npm package node-llama-cpp ships it, and prints one JSON object.
//
//   node node-llama-cpp.mjs '{"model": FILE, "threads": 2, "prompts": [256], "generations": [64],
//                             "depths": [0], "repetitions": 1, "cold": false}'
//
// The work is that of llama-bench: random tokens, batches of 512, float16 keys and values, one
// warm-up run, nothing from a cache, logits after the last token of a prompt. The loop that decodes
// takes the likeliest token.

import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

const started = performance.timeOrigin;
const options = JSON.parse(process.argv[2]);
const { getLlama, LlamaLogLevel } = await import(options.package ?? "node-llama-cpp");

const seconds = (from) => (performance.now() - from) / 1000;
const now = () => performance.now();

const loading = now();
const llama = await getLlama({
  gpu: false,
  build: "never",
  skipDownload: true,
  maxThreads: options.threads,
  logLevel: LlamaLogLevel.error,
});
const model = await llama.loadModel({ modelPath: options.model });
const longest = Math.max(...options.depths) + Math.max(...options.prompts, ...options.generations, 1);
const context = await model.createContext({
  contextSize: longest + 8,
  batchSize: 512,
  sequences: 1,
  threads: { ideal: options.threads, min: options.threads },
});
const sequence = context.getSequence();
const loadSeconds = seconds(loading);

// Ordinary tokens: the special ones lie at the end of the vocabularies, or among the first three.
let state = 1;
const randomToken = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return 300 + (state % 20000);
};
const randomTokens = (count) => Array.from({ length: count }, randomToken);

const greedy = { temperature: 0, topK: 1, yieldEogToken: true };

// Evaluates the tokens and then decodes `count` more. Returns the seconds of both.
async function run(tokens, count) {
  const from = now();
  const iterator = sequence.evaluate(tokens, greedy);
  let result = await iterator.next();
  const prompt = seconds(from);
  if (result.done) {
    throw new Error("node-llama-cpp gave no token");
  }
  const decoding = now();
  for (let i = 0; i < count; i++) {
    result = await iterator.next();
    if (result.done) {
      throw new Error(`node-llama-cpp stopped after ${i} of ${count} tokens`);
    }
  }
  const generation = seconds(decoding);
  await iterator.return();
  return { prompt, generation };
}

// Empties the sequence, or cuts it back to its first `depth` tokens.
async function rewind(depth) {
  if (depth === 0) {
    await sequence.clearHistory();
    return;
  }
  const end = sequence.nextTokenIndex;
  if (end > depth) {
    await sequence.eraseContextTokenRanges([{ start: depth, end }]);
  }
  if (sequence.nextTokenIndex !== depth) {
    throw new Error(`the sequence has ${sequence.nextTokenIndex} tokens, not ${depth}`);
  }
}

async function measure(test, n, depth, action) {
  await rewind(0);
  if (depth > 0) {
    await sequence.evaluateWithoutGeneratingNewTokens(randomTokens(depth));
  }
  const all = [];
  for (let i = -1; i < options.repetitions; i++) {
    await rewind(depth);
    const time = await action();
    if (i >= 0) {
      all.push(time);
    }
  }
  return { test, n, depth, seconds: all };
}

const output = { engine: "llama.cpp (node-llama-cpp)", load_seconds: loadSeconds, results: [] };
if (options.cold) {
  await run(randomTokens(options.prompts[0]), 0);
  output.first_token_seconds = (performance.timeOrigin + now() - started) / 1000;
  output.load_to_first_token_seconds = seconds(loading);
} else {
  for (const depth of options.depths) {
    for (const n of options.prompts) {
      output.results.push(
        await measure("prompt", n, depth, async () => (await run(randomTokens(n), 0)).prompt),
      );
    }
    for (const n of options.generations) {
      output.results.push(
        await measure("decode", n, depth, async () => (await run(randomTokens(1), n)).generation),
      );
    }
  }
}
output.threads = context.currentThreads;
output.flash_attention = context.flashAttention;
try {
  const status = readFileSync("/proc/self/status", "utf8");
  output.peak_memory_bytes = Number(/VmHWM:\s*(\d+)/.exec(status)[1]) * 1024;
} catch {
  // Not Linux.
}
process.stdout.write(JSON.stringify(output) + "\n");
await llama.dispose();
