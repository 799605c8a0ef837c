// The programs that are compared: how each is found, and how one test of it is run in a process of
// its own.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");

/** Something that the user can put right. */
export class Problem extends Error {}

let running = null;

/** Ends the process that is being measured. */
export function stop() {
  running?.kill("SIGKILL");
}

/**
 * Runs a program to its end.
 *
 * @returns {Promise<{out: string, err: string, firstOutput: number, peak: number}>} what it printed,
 *     the seconds from its start to the first byte of its standard output, and the most memory that
 *     was resident (VmHWM, looked at every 10 ms), 0 where the system does not say
 */
function run(command, args, limitSeconds, env = {}) {
  return new Promise((done, fail) => {
    const started = performance.now();
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, BLOSSOM_LANG: "en", ...env },
    });
    running = child;
    let firstOutput = NaN;
    let peak = 0;
    const out = [];
    const err = [];
    const look = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) * 1024);
      } catch {
        // It has ended, or the system has no /proc.
      }
    }, 10);
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, limitSeconds * 1000);
    child.stdout.once("data", () => (firstOutput = (performance.now() - started) / 1000));
    child.stdout.on("data", (data) => out.push(data));
    child.stderr.on("data", (data) => err.push(data));
    const settle = () => {
      clearInterval(look);
      clearTimeout(limit);
      running = null;
    };
    child.on("error", (e) => {
      settle();
      fail(new Problem(`${command} cannot be started: ${e.message}`));
    });
    child.on("close", (code, signal) => {
      settle();
      const text = (parts) => Buffer.concat(parts).toString("utf8");
      if (code !== 0) {
        const said = text(err).trim().split("\n").slice(-3).join(" / ");
        const how = late
          ? `took longer than ${limitSeconds} s (--limit)`
          : `ended with ${signal ?? `status ${code}`}`;
        fail(new Problem(`${how}${said ? `: ${said}` : ""}`));
      } else {
        done({ out: text(out), err: text(err), firstOutput, peak });
      }
    });
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(`printed no JSON: ${text.slice(0, 200)}`);
  }
}

/** The one result of a report: seconds of its only repetition. */
function only(results) {
  if (results.length !== 1) {
    throw new Problem(`reported ${results.length} results where one was asked for`);
  }
  return results[0].seconds[0];
}

/** The launcher as users start it; it builds the program if that is needed. */
export function blossom(options) {
  const launcher = resolve(options.blossom ?? join(root, "blossom"));
  if (!existsSync(launcher)) {
    throw new Problem(`there is no ${launcher}; name Blossom's launcher with --blossom FILE`);
  }
  const extra = [
    ...(options.kernels ? ["--kernels", options.kernels] : []),
    ...(options.noPack ? ["--no-pack"] : []),
  ];
  let commit = "";
  try {
    commit = execFileSync("git", ["-C", dirname(launcher), "describe", "--always", "--dirty"], {
      stdio: ["ignore", "pipe", "ignore"],
    })
      .toString()
      .trim();
  } catch {
    // Not a checkout.
  }
  return {
    name: "Blossom",
    version: commit,
    async prepare() {
      const { out } = await run(launcher, ["--version"], 900);
      this.version = [out.trim().replace(/^blossom /, ""), commit].filter(Boolean).join(", ");
    },
    async measure(model, test) {
      const prompt = test.kind === "prompt";
      const { out } = await run(
        launcher,
        [
          ...["bench", model, "--format", "json", "-r", "1", "-t", String(options.threads)],
          ...["-p", String(prompt ? test.tokens : 0), "-n", String(prompt ? 0 : test.tokens)],
          ...["-d", String(test.depth), "--batch", String(test.sequences)],
          ...extra,
        ],
        options.limit,
      );
      const report = parse(out);
      return {
        seconds: only(report.results),
        peak: report.memory.peak_bytes ?? 0,
        bandwidthShare: report.results[0].bandwidth_share,
        machine: report.machine,
        kernels: report.kernels,
      };
    },
    async ask(model, text) {
      const { firstOutput, peak } = await run(
        launcher,
        [
          ...["run", model, "--raw", "--temperature", "0", "--num-predict", "1"],
          ...["--num-ctx", "4096", "--threads", String(options.threads), ...extra, text],
        ],
        options.limit,
      );
      return { seconds: firstOutput, peak };
    },
  };
}

/** llama.cpp as node-llama-cpp ships it. */
export function nodeLlamaCpp(options) {
  const folders = options.nodeModules ? [resolve(options.nodeModules)] : [join(here, "node_modules")];
  const home = folders
    .flatMap((folder) => [
      join(folder, "node-llama-cpp"),
      join(folder, "node_modules/node-llama-cpp"),
      folder,
    ])
    .find((folder) => existsSync(join(folder, "dist/index.js")));
  if (!home) {
    return null;
  }
  const version = JSON.parse(readFileSync(join(home, "package.json"), "utf8")).version;
  const script = join(here, "node-llama-cpp.mjs");
  const start = (request) =>
    run(
      process.execPath,
      [
        script,
        JSON.stringify({ ...request, threads: options.threads, package: join(home, "dist/index.js") }),
      ],
      options.limit,
    );
  return {
    name: "llama.cpp (node-llama-cpp)",
    version,
    async prepare() {},
    async measure(model, test) {
      const prompt = test.kind === "prompt";
      const { out } = await start({
        model,
        prompts: prompt ? [test.tokens] : [],
        generations: prompt ? [] : [test.tokens],
        depths: [test.depth],
        sequences: [test.sequences],
        repetitions: 1,
      });
      const report = parse(out);
      this.version = `${version}, llama.cpp ${report.release}`;
      return { seconds: only(report.results), peak: report.peak_memory_bytes ?? 0 };
    },
    async ask(model, text) {
      const { firstOutput, peak, err } = await start({ model, ask: text });
      const report = parse(err.trim().split("\n").at(-1));
      return { seconds: firstOutput, peak, wrapperSeconds: report.wrapper_seconds };
    },
  };
}

/** The first llama-bench on PATH. It measures neither several sequences nor a cold start. */
export function llamaBench(options) {
  const binary = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "llama-bench"))
    .find(existsSync);
  if (!binary) {
    return null;
  }
  return {
    name: "llama.cpp (llama-bench)",
    version: binary,
    async prepare() {},
    can: (test) => test.kind !== "cold" && test.sequences === 1,
    async measure(model, test) {
      const prompt = test.kind === "prompt";
      const { out, peak } = await run(
        binary,
        [
          ...["-m", model, "-t", String(options.threads), "-r", "1", "-o", "json"],
          ...["-p", String(prompt ? test.tokens : 0), "-n", String(prompt ? 0 : test.tokens)],
          ...(test.depth > 0 ? ["-d", String(test.depth)] : []),
        ],
        options.limit,
      );
      const results = parse(out);
      this.version = `${binary}, build ${results[0]?.build_number ?? "unknown"}`;
      return {
        seconds: only(results.map((result) => ({ seconds: [result.avg_ns / 1e9] }))),
        peak,
      };
    },
  };
}
