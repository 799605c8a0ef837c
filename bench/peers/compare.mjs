// Measures Blossom beside llama.cpp: every test in a fresh process, the programs in alternation.
// The options are in `usage`; what the numbers mean is in docs/benchmarks.md.

import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { cpus, loadavg, release, totalmem, type as systemType, arch } from "node:os";
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { blossom, llamaBench, nodeLlamaCpp, Problem, stop } from "./engines.mjs";
import { markdown, title, toJson } from "./report.mjs";

const usage = `usage: compare [OPTIONS] MODEL.gguf...

Measures Blossom and llama.cpp on the same files with the same threads. Every test runs in a fresh
process; the programs take turns (A B, B A, A B ...), so that a machine that becomes slower does so
for both. Prints medians with min … max, and ratios of neighbouring runs.

  -t, --threads N        threads of each program (default: the physical cores)
  -p, --prompts N,...    lengths of prompts in tokens, 0 for none (default: 256,512)
  -n, --generate N       tokens to decode, 0 for none (default: 64)
  -d, --depths N,...     tokens in the context before decoding (default: 0,4096)
  -b, --batch N,...      numbers of sequences decoded together at depth 0 besides one, 0 for none
                         (default: 8)
  -r, --rounds N         runs of each test and program (default: 3)
      --no-cold          leave out the time from a program's start to its first token
      --text TEXT        what is asked there, without a chat template (default: a short sentence)
      --kernels NAME     Blossom's kernels: native, vector or scalar
      --no-pack          Blossom works on the mapped file
      --blossom FILE     Blossom's launcher (default: the one of this checkout)
      --node-modules DIR where npm installed node-llama-cpp (default: beside this script, else the
                         folder that the environment variable BLOSSOM_PEERS names)
      --format FORMAT    markdown or json, for standard output (default: markdown)
      --json FILE        write the JSON to a file as well, after every round
      --limit SECONDS    time that one process may take (default: 1200)
  -h, --help

node-llama-cpp is installed with: cd bench/peers && npm install. A llama-bench on PATH takes part
too. Files are read once before the first test, so all programs find them in the page cache.`;

const optionTypes = {
  threads: { type: "string", short: "t" },
  prompts: { type: "string", short: "p", default: "256,512" },
  generate: { type: "string", short: "n", default: "64" },
  depths: { type: "string", short: "d", default: "0,4096" },
  batch: { type: "string", short: "b", default: "8" },
  rounds: { type: "string", short: "r", default: "3" },
  "no-cold": { type: "boolean", default: false },
  text: { type: "string", default: "Write a short story about a blossom that opens in the snow." },
  kernels: { type: "string" },
  "no-pack": { type: "boolean", default: false },
  blossom: { type: "string" },
  "node-modules": { type: "string" },
  format: { type: "string", default: "markdown" },
  json: { type: "string" },
  limit: { type: "string", default: "1200" },
  help: { type: "boolean", short: "h", default: false },
};

class UsageError extends Error {}

function number(option, text, least, most) {
  if (!/^\d+$/.test(text) || Number(text) < least || Number(text) > most) {
    throw new UsageError(`--${option}: found '${text}', allowed are whole numbers from ${least} to ${most}`);
  }
  return Number(text);
}

const MOST_TOKENS = 1 << 20;

const numbers = (option, text, least, most) => [
  ...new Set(text.split(",").map((part) => number(option, part.trim(), least, most))),
];

/** Logical processors where the system does not say which of them share a core. */
function physicalCores() {
  const folder = "/sys/devices/system/cpu";
  try {
    const siblings = readdirSync(folder)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => readFileSync(`${folder}/${name}/topology/thread_siblings_list`, "utf8"));
    return new Set(siblings).size || cpus().length;
  } catch {
    return cpus().length;
  }
}

/** As for `blossom bench`, a length of 0 means that there is no such test. */
const withoutZero = (values) => values.filter((value) => value > 0);

function checkModel(path) {
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new UsageError(`there is no file ${path}`);
  }
  const magic = Buffer.alloc(4);
  const file = openSync(path, "r");
  readSync(file, magic, 0, 4, 0);
  closeSync(file);
  if (magic.toString("latin1") !== "GGUF") {
    throw new UsageError(`${path} is no GGUF file; it begins with ${JSON.stringify(magic.toString("latin1"))}`);
  }
  return resolve(path);
}

function readOptions() {
  let parsed;
  try {
    parsed = parseArgs({ options: optionTypes, allowPositionals: true });
  } catch (e) {
    throw new UsageError(e.message.split(". To specify")[0]);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(usage + "\n");
    process.exit(0);
  }
  if (positionals.length === 0) {
    throw new UsageError("no model was named");
  }
  if (!["markdown", "json"].includes(values.format)) {
    throw new UsageError(`--format: found '${values.format}', allowed are markdown and json`);
  }
  if (values.text.trim() === "") {
    throw new UsageError("--text: found nothing, allowed is any text of one word or more");
  }
  const options = {
    models: [...new Set(positionals.map(checkModel))],
    threads: values.threads
      ? number("threads", values.threads, 1, 1024)
      : physicalCores(),
    prompts: withoutZero(numbers("prompts", values.prompts, 0, MOST_TOKENS)),
    generate: number("generate", values.generate, 0, MOST_TOKENS),
    depths: numbers("depths", values.depths, 0, MOST_TOKENS),
    batch: withoutZero(numbers("batch", values.batch, 0, 1024)),
    rounds: number("rounds", values.rounds, 1, 1000),
    cold: !values["no-cold"],
    text: values.text,
    kernels: values.kernels,
    noPack: values["no-pack"],
    blossom: values.blossom,
    nodeModules: values["node-modules"] ?? process.env.BLOSSOM_PEERS,
    format: values.format,
    json: values.json,
    limit: number("limit", values.limit, 1, 1e6),
  };
  options.tests = tests(options);
  if (options.tests.length === 0) {
    throw new UsageError("there is nothing to measure: no prompt, no tokens to decode, no cold start");
  }
  return options;
}

function tests({ prompts, generate, depths, batch, cold }) {
  const list = prompts.map((tokens) => ({ kind: "prompt", tokens, depth: 0, sequences: 1 }));
  if (generate > 0) {
    for (const depth of depths) {
      list.push({ kind: "decode", tokens: generate, depth, sequences: 1 });
    }
    for (const sequences of batch.filter((count) => count > 1)) {
      list.push({ kind: "decode", tokens: generate, depth: 0, sequences });
    }
  }
  if (cold) {
    list.push({ kind: "cold", tokens: 1, depth: 0, sequences: 1 });
  }
  return list;
}

function machine() {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    logical_processors: cpus().length,
    memory_bytes: totalmem(),
    system: `${systemType()} ${release()} ${arch()}`,
    node: process.version,
    load_average_before: loadavg()[0],
  };
}

/** Brings the file into the page cache. */
function readThrough(path) {
  const file = openSync(path, "r");
  const buffer = Buffer.alloc(1 << 24);
  while (readSync(file, buffer) > 0);
  closeSync(file);
}

function progress(text) {
  if (process.stderr.isTTY) {
    const columns = process.stderr.columns || 80;
    process.stderr.write(`\r${text.slice(0, columns - 1)}\x1b[K`);
  } else if (text) {
    process.stderr.write(text + "\n");
  }
}

function writeJson(path, report) {
  const partial = `${path}.partial`;
  writeFileSync(partial, JSON.stringify(toJson(report), null, 2) + "\n");
  renameSync(partial, path);
}

/** One run of one test; what went wrong is noted, and the program is not asked for the test again. */
async function once(entry, engine, model, options) {
  const { test, runs, failures } = entry;
  if (failures[engine.name]) {
    return;
  }
  try {
    const found =
      test.kind === "cold"
        ? await engine.ask(model, options.text)
        : await engine.measure(model, test);
    if (!(found.seconds > 0)) {
      throw new Problem(`printed nothing, so there was no first token to time`);
    }
    runs[engine.name].push(found);
  } catch (e) {
    if (!(e instanceof Problem)) {
      throw e;
    }
    if (!interrupted) {
      failures[engine.name] = e.message;
      runs[engine.name] = [];
    }
  }
}

let interrupted = false;

async function compare(options, engines) {
  const report = {
    date: new Date().toISOString(),
    machine: machine(),
    options,
    engines,
    models: options.models.map((path) => ({
      path,
      file: basename(path),
      bytes: statSync(path).size,
      entries: options.tests.map((test) => ({
        test,
        runs: Object.fromEntries(engines.map((engine) => [engine.name, []])),
        failures: {},
      })),
    })),
  };
  const takers = (test) => engines.filter((engine) => !engine.can || engine.can(test));
  const perRound = options.tests.flatMap(takers).length;
  const total = options.models.length * options.rounds * perRound;
  let done = 0;
  for (const model of report.models) {
    readThrough(model.path);
    for (let round = 0; round < options.rounds; round++) {
      for (const entry of model.entries) {
        const taking = takers(entry.test);
        const order = round % 2 === 0 ? taking : taking.toReversed();
        for (const engine of order) {
          if (interrupted) {
            return report;
          }
          const what = `${model.file}, ${title(entry.test)}, round ${round + 1}`;
          progress(`${++done} of ${total}: ${engine.name}, ${what}`);
          await once(entry, engine, model.path, options);
        }
      }
      if (options.json) {
        writeJson(options.json, report);
      }
    }
  }
  return report;
}

function findEngines(options) {
  const peers = [nodeLlamaCpp(options), llamaBench(options)].filter(Boolean);
  if (peers.length === 0) {
    throw new Problem(
      "there is no llama.cpp to compare with: run npm install in bench/peers, name the folder with" +
        " --node-modules, or put llama-bench on PATH",
    );
  }
  return [blossom(options), ...peers];
}

process.on("SIGINT", () => {
  interrupted = true;
  stop();
});

try {
  const options = readOptions();
  const engines = findEngines(options);
  for (const engine of engines) {
    progress(`preparing ${engine.name}`);
    await engine.prepare();
  }
  const report = await compare(options, engines);
  progress("");
  if (options.json) {
    writeJson(options.json, report);
  }
  process.stdout.write(
    options.format === "json" ? JSON.stringify(toJson(report), null, 2) + "\n" : markdown(report),
  );
  const failed = report.models.some((model) =>
    model.entries.some((entry) => Object.keys(entry.failures).length > 0),
  );
  process.exitCode = interrupted ? 130 : failed ? 1 : 0;
} catch (e) {
  if (!(e instanceof UsageError || e instanceof Problem || e.code === "ENOENT" || e.code === "EACCES")) {
    throw e;
  }
  progress("");
  process.stderr.write(`compare: ${e.message}\n`);
  if (e instanceof UsageError) {
    process.stderr.write("compare --help lists the options.\n");
  }
  process.exitCode = e instanceof UsageError ? 2 : 1;
}
