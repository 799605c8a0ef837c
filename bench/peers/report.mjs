// What was measured, as Markdown and as JSON.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const summary = (values) =>
  values.length === 0
    ? null
    : { median: median(values), min: Math.min(...values), max: Math.max(...values), values };

/** Tokens per second of all sequences together. */
const speed = (test, run) => (test.tokens * test.sequences) / run.seconds;

/** What is compared: seconds for cold starts, speeds otherwise. */
const figure = (test, run) => (test.kind === "cold" ? run.seconds : speed(test, run));

const figures = (entry, engine) =>
  entry.runs[engine.name].map((run) => figure(entry.test, run));

/** Figures of Blossom divided by those of the peer in the same round. */
function ratios(entry, ours, theirs) {
  const mine = figures(entry, ours);
  const other = figures(entry, theirs);
  return summary(mine.slice(0, other.length).map((value, i) => value / other[i]));
}

const differences = (entry, ours, theirs) => {
  const mine = figures(entry, ours);
  const other = figures(entry, theirs);
  return summary(mine.slice(0, other.length).map((value, i) => value - other[i]));
};

const digits = (value) =>
  value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);

const withRange = (found) =>
  found.values.length === 1
    ? digits(found.median)
    : `${digits(found.median)} (${digits(found.min)} … ${digits(found.max)})`;

const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(0);

/** A test for people. */
export function title(test) {
  if (test.kind === "cold") {
    return "first token after a cold start";
  }
  if (test.kind === "prompt") {
    return `prompt of ${test.tokens}`;
  }
  const together = test.sequences > 1 ? `, ${test.sequences} sequences together` : "";
  return `decode ${test.tokens} at depth ${test.depth}${together}`;
}

const unit = (test) => (test.kind === "cold" ? "s" : "tokens/s");

const row = (cells) => `| ${cells.join(" | ")} |\n`;

function table(headings, rows) {
  return row(headings) + row(headings.map(() => "---")) + rows.map(row).join("");
}

const find = (model, kind, match) =>
  model.entries.find((entry) => entry.test.kind === kind && match(entry.test));

/** Medians of two tests of one engine divided by each other; nothing if either is missing. */
function share(model, engine, above, below) {
  if (!above || !below) {
    return "–";
  }
  const a = figures(above, engine);
  const b = figures(below, engine);
  return a.length && b.length ? (median(a) / median(b)).toFixed(2) : "–";
}

function speedRows(model, [ours, ...peers]) {
  return model.entries.map((entry) => {
    const cells = [`${title(entry.test)}, ${unit(entry.test)}`];
    for (const engine of [ours, ...peers]) {
      const values = figures(entry, engine);
      cells.push(values.length ? withRange(summary(values)) : "–");
    }
    for (const peer of peers) {
      const found = ratios(entry, ours, peer);
      const difference = entry.test.kind === "cold" ? differences(entry, ours, peer) : null;
      cells.push(
        !found
          ? "–"
          : difference
            ? `${difference.median < 0 ? "" : "+"}${withRange(difference)} s`
            : withRange(found),
      );
    }
    return cells;
  });
}

function derivedRows(model, engines) {
  const single = find(model, "decode", (test) => test.depth === 0 && test.sequences === 1);
  const rows = [];
  for (const entry of single ? model.entries : []) {
    const { test } = entry;
    if (test.kind !== "decode" || entry === single) {
      continue;
    }
    const name =
      test.sequences > 1
        ? `${test.sequences} sequences ÷ one`
        : `depth ${test.depth} ÷ depth 0`;
    rows.push([name, ...engines.map((engine) => share(model, engine, entry, single))]);
  }
  return rows;
}

function memoryRows(model, engines) {
  return model.entries.map((entry) => [
    title(entry.test),
    ...engines.map((engine) => {
      const peaks = entry.runs[engine.name].map((run) => run.peak).filter((bytes) => bytes > 0);
      return peaks.length ? mebibytes(Math.max(...peaks)) : "–";
    }),
  ]);
}

function notes(model, ours, peers) {
  const lines = [];
  for (const entry of model.entries) {
    if (entry.test.kind === "decode" && entry.test.sequences === 1) {
      const shares = entry.runs[ours.name].map((run) => run.bandwidthShare).filter(Boolean);
      if (shares.length) {
        const percent = summary(shares.map((value) => value * 100));
        lines.push(
          `${title(entry.test)}: Blossom reads at ${withRange(percent)} %` +
            " of the bandwidth measured in the same process",
        );
      }
    }
    if (entry.test.kind === "cold") {
      for (const peer of peers) {
        const wrapper = entry.runs[peer.name].map((run) => run.wrapperSeconds).filter(Boolean);
        if (wrapper.length) {
          lines.push(
            `${peer.name} spends ${digits(median(wrapper))} s of its cold start before it opens the` +
              " model, in Node.js, its modules and the choice of a binary; llama.cpp's own programs" +
              " do not",
          );
        }
      }
    }
    for (const [name, reason] of Object.entries(entry.failures)) {
      lines.push(`${title(entry.test)}: **${name} failed:** ${reason}`);
    }
  }
  return lines;
}

export function markdown(report) {
  const [ours, ...peers] = report.engines;
  const { options, machine } = report;
  let text = "";
  for (const model of report.models) {
    text += `### ${model.file} (${mebibytes(model.bytes)} MiB)\n\n`;
    const headings = ["test", ...report.engines.map((engine) => engine.name)];
    const against = peers.map((peer) => (peers.length === 1 ? "ratio" : `÷ ${peer.name}`));
    text += table([...headings, ...against], speedRows(model, report.engines)) + "\n";
    const derived = derivedRows(model, report.engines);
    if (derived.length) {
      text += table(["decoding, medians", ...headings.slice(1)], derived) + "\n";
    }
    text += table(["memory at most, MiB", ...headings.slice(1)], memoryRows(model, report.engines));
    text += "\n";
    const lines = notes(model, ours, peers);
    text += lines.map((line) => `- ${line}\n`).join("") + (lines.length ? "\n" : "");
  }
  const kernels = report.models
    .flatMap((model) => model.entries)
    .flatMap((entry) => entry.runs[ours.name])
    .map((run) => run.kernels)
    .find(Boolean);
  text += [
    `${options.threads} thread(s), ${options.rounds} round(s) in alternation, every test in a fresh` +
      " process, files in the page cache",
    "medians (min … max); ratios are Blossom ÷ llama.cpp of the same round; cold starts are timed" +
      " from outside, from the start of the process to its first output, with the same text and no" +
      " chat template",
    report.engines
      .map((engine) => `${engine.name}: ${engine.version}${engine === ours && kernels ? `, ${kernels} kernels` : ""}`)
      .join("; "),
    `machine: ${machine.processor}, ${machine.logical_processors} logical processors,` +
      ` ${(machine.memory_bytes / 2 ** 30).toFixed(0)} GiB, ${machine.system}, Node.js` +
      ` ${machine.node}, load average before ${machine.load_average_before.toFixed(1)}`,
    `measured ${report.date.slice(0, 16).replace("T", " ")} UTC`,
  ]
    .map((line) => `- ${line}\n`)
    .join("");
  return text;
}

export function toJson(report) {
  const [ours, ...peers] = report.engines;
  return {
    date: report.date,
    machine: report.machine,
    engines: report.engines.map(({ name, version }) => ({ name, version })),
    threads: report.options.threads,
    rounds: report.options.rounds,
    models: report.models.map((model) => ({
      file: model.file,
      bytes: model.bytes,
      results: model.entries.map((entry) => ({
        ...entry.test,
        unit: entry.test.kind === "cold" ? "seconds" : "tokens_per_second",
        engines: Object.fromEntries(
          report.engines.map((engine) => [
            engine.name,
            {
              ...summary(figures(entry, engine)),
              runs: entry.runs[engine.name].map((run) => ({
                seconds: run.seconds,
                peak_memory_bytes: run.peak,
                ...(run.bandwidthShare ? { bandwidth_share: run.bandwidthShare } : {}),
                ...(run.wrapperSeconds ? { wrapper_seconds: run.wrapperSeconds } : {}),
                ...(run.kernels ? { kernels: run.kernels } : {}),
              })),
              ...(entry.failures[engine.name] ? { failure: entry.failures[engine.name] } : {}),
            },
          ]),
        ),
        ratios: Object.fromEntries(peers.map((peer) => [peer.name, ratios(entry, ours, peer)])),
      })),
    })),
  };
}
