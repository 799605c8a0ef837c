// Times `blossom quantize` beside llama.cpp's quantiser on the same file, in alternation.
//
//   node quantize.mjs MODEL-F16.gguf [TYPE] [RUNS] [THREADS]
//
// TYPE is Q4_K_M, RUNS 3 and THREADS the number of processors where they are not given. Whole processes are timed, from start to
// end, with the output on the same disk; each output is removed and the disk is synced before the next run. llama.cpp is the
// llama-quantize on PATH; without it, the libllama that the npm package node-llama-cpp ships, called by LlamaQuantize.java
// (java of JDK 25 as JAVA_HOME or PATH has it).

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

const FILE_TYPES = {
  Q4_0: 2, Q4_1: 3, Q8_0: 7, Q5_0: 8, Q5_1: 9, Q2_K: 10, Q3_K_S: 11, Q3_K_M: 12, Q3_K_L: 13,
  Q4_K_S: 14, Q4_K_M: 15, Q5_K_S: 16, Q5_K_M: 17, Q6_K: 18, IQ4_NL: 25, IQ4_XS: 30,
};

const here = dirname(fileURLToPath(import.meta.url));
const [model, type = "Q4_K_M", runs = "3", threads = String(availableParallelism())] = process.argv.slice(2);
if (model === undefined || !(type in FILE_TYPES)) {
  console.error(`usage: node quantize.mjs MODEL-F16.gguf [${Object.keys(FILE_TYPES).join("|")}] [RUNS] [THREADS]`);
  process.exit(2);
}

function onPath(program) {
  return process.env.PATH.split(delimiter).map((folder) => join(folder, program)).find(existsSync);
}

// The folder of node-llama-cpp's libraries for this machine's processor, without a GPU.
function libraries() {
  const platform = `${process.platform}-${process.arch}`;
  const modules = [process.env.BLOSSOM_PEERS, join(here, "node_modules")].filter((folder) => folder !== undefined);
  return modules
    .map((folder) => join(folder, "@node-llama-cpp", platform, "bins", platform))
    .find((folder) => existsSync(folder) && readdirSync(folder).some((name) => name.startsWith("libllama.")));
}

function llamaCpp(output) {
  const program = onPath("llama-quantize");
  if (program !== undefined) {
    return [program, [model, output, type, threads]];
  }
  const folder = libraries();
  if (folder === undefined) {
    console.error("neither llama-quantize on PATH nor node-llama-cpp (npm install, or BLOSSOM_PEERS=FOLDER)");
    process.exit(1);
  }
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin", "java") : "java";
  return [
    java,
    ["--enable-native-access=ALL-UNNAMED", join(here, "LlamaQuantize.java"), folder, model, output, String(FILE_TYPES[type]), threads],
  ];
}

function blossom(output) {
  const program = process.env.BLOSSOM ?? join(here, "..", "..", "blossom");
  return [program, ["quantize", model, output, type, "--threads", threads]];
}

function seconds(name, [program, parameters], output) {
  rmSync(output, { force: true });
  execFileSync("sync");
  const from = performance.now();
  const result = spawnSync(program, parameters, { encoding: "utf8" });
  const taken = (performance.now() - from) / 1000;
  if (result.status !== 0) {
    console.error(`${name} failed: ${result.error ?? result.stderr.slice(-2000)}`);
    process.exit(1);
  }
  const bytes = statSync(output).size;
  rmSync(output);
  return { taken, bytes };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const times = { blossom: [], "llama.cpp": [] };
const output = join(dirname(model), `.quantize-${process.pid}.gguf`);
for (let run = 0; run < Number(runs); run++) {
  for (const [name, command] of [["blossom", blossom], ["llama.cpp", llamaCpp]]) {
    const { taken, bytes } = seconds(name, command(output), output);
    times[name].push(taken);
    console.log(`${name.padEnd(10)} ${taken.toFixed(2)} s  ${bytes} bytes`);
  }
}
const ratios = times.blossom.map((taken, run) => times["llama.cpp"][run] / taken);
for (const [name, values] of Object.entries(times)) {
  console.log(`${name.padEnd(10)} median ${median(values).toFixed(2)} s`);
}
console.log(`blossom is ${median(ratios).toFixed(2)} times as fast (${ratios.map((ratio) => ratio.toFixed(2)).join(", ")})`);
