// Measures llama.cpp, as the npm package node-llama-cpp ships it, and prints one JSON object.
//
//   node node-llama-cpp.mjs '{"model": FILE, "threads": 2, "prompts": [256], "generations": [64],
//                             "depths": [0], "sequences": [1], "repetitions": 1}'
//   node node-llama-cpp.mjs '{"model": FILE, "threads": 2, "ask": "Hello"}'
//
// The work is that of llama-bench: random tokens, batches of 512, float16 keys and values, one
// warm-up run, nothing from a cache, logits after the last token of a prompt. The loop that decodes
// takes the likeliest token. Several sequences are decoded in one context, whose batches take a
// token of each; their time counts from when all have their first token. With "ask" the first token
// of an answer to that text is printed as soon as it is there, and nothing else is measured.

import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";

const options = JSON.parse(process.argv[2]);
const { getLlama, LlamaLogLevel } = await import(
  options.package ? pathToFileURL(options.package).href : "node-llama-cpp"
);

const now = () => performance.now();
const seconds = (from) => (now() - from) / 1000;

const llama = await getLlama({
  gpu: false,
  build: "never",
  skipDownload: true,
  maxThreads: options.threads,
  logLevel: LlamaLogLevel.error,
});
/** Since the process was started: Node.js, the modules, and the choice of a binary. */
const wrapperSeconds = now() / 1000;
const loading = now();
const model = await llama.loadModel({ modelPath: options.model });

const { prompts = [], generations = [], depths = [0], sequences: counts = [1] } = options;
const context = await model.createContext({
  contextSize: options.ask
    ? 4096
    : Math.max(...depths) + Math.max(...prompts, ...generations, 1) + 8,
  batchSize: 512,
  sequences: Math.max(...counts),
  threads: { ideal: options.threads, min: options.threads },
});
const loadSeconds = seconds(loading);

const greedy = { temperature: 0, topK: 1, yieldEogToken: true };

if (options.ask) {
  const tokens = model.tokenize(options.ask);
  const first = await context.getSequence().evaluate(tokens, greedy).next();
  process.stdout.write(model.detokenize([first.value], true) + "\n");
  process.stderr.write(
    JSON.stringify({ wrapper_seconds: wrapperSeconds, load_seconds: loadSeconds }) + "\n",
  );
  await llama.dispose();
  process.exit(0);
}

const sequences = Array.from({ length: Math.max(...counts) }, () => context.getSequence());

// Ordinary tokens: the special ones lie at the end of the vocabularies, or among the first three.
let state = 1;
const randomToken = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return 300 + (state % 20000);
};
const randomTokens = (count) => Array.from({ length: count }, randomToken);

async function next(iterator, done) {
  const result = await iterator.next();
  if (result.done) {
    throw new Error(`node-llama-cpp stopped after ${done} tokens`);
  }
}

/** Evaluates tokens in every sequence and then decodes `count` more; the seconds of both. */
async function run(used, tokenCount, count) {
  const from = now();
  const iterators = used.map((sequence) => sequence.evaluate(randomTokens(tokenCount), greedy));
  await Promise.all(iterators.map((iterator) => next(iterator, 0)));
  const prompt = seconds(from);
  const decoding = now();
  await Promise.all(
    iterators.map(async (iterator) => {
      for (let i = 0; i < count; i++) {
        await next(iterator, i);
      }
    }),
  );
  const generation = seconds(decoding);
  await Promise.all(iterators.map((iterator) => iterator.return()));
  return { prompt, generation };
}

/** Empties the sequence, or cuts it back to its first `depth` tokens. */
async function rewind(sequence, depth) {
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

async function measure(kind, tokens, depth, count) {
  const used = sequences.slice(0, count);
  for (const sequence of used) {
    await rewind(sequence, 0);
    if (depth > 0) {
      await sequence.evaluateWithoutGeneratingNewTokens(randomTokens(depth));
    }
  }
  const times = [];
  for (let i = -1; i < options.repetitions; i++) {
    for (const sequence of used) {
      await rewind(sequence, depth);
    }
    const time =
      kind === "prompt"
        ? (await run(used, tokens, 0)).prompt
        : (await run(used, 1, tokens)).generation;
    if (i >= 0) {
      times.push(time);
    }
  }
  return { kind, tokens, depth, sequences: count, seconds: times };
}

const results = [];
for (const depth of depths) {
  for (const tokens of prompts) {
    results.push(await measure("prompt", tokens, depth, 1));
  }
  for (const count of counts) {
    for (const tokens of generations) {
      results.push(await measure("decode", tokens, depth, count));
    }
  }
}
const output = {
  engine: "llama.cpp",
  release: llama.llamaCppRelease.release,
  wrapper_seconds: wrapperSeconds,
  load_seconds: loadSeconds,
  threads: context.currentThreads,
  flash_attention: context.flashAttention,
  results,
};
try {
  const status = readFileSync("/proc/self/status", "utf8");
  output.peak_memory_bytes = Number(/VmHWM:\s*(\d+)/.exec(status)[1]) * 1024;
} catch {
  // Not Linux.
}
process.stdout.write(JSON.stringify(output) + "\n");
await llama.dispose();
