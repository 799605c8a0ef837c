// One record: bubbles, metadata, where it comes from.

import { element, number, term, word } from "./words.js";

const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$/;

// Text with what was searched for marked.
export function marked(text, query) {
  const box = document.createDocumentFragment();
  const wanted = query.toLowerCase();
  const lower = text.toLowerCase();
  // Where lower case has another length, places would be wrong.
  if (wanted === "" || lower.length !== text.length) {
    box.append(text);
    return box;
  }
  let from = 0;
  for (let found = lower.indexOf(wanted); found >= 0; found = lower.indexOf(wanted, from)) {
    box.append(text.slice(from, found));
    box.append(element("mark", {}, text.slice(found, found + wanted.length)));
    from = found + wanted.length;
  }
  box.append(text.slice(from));
  return box;
}

export function valueText(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

function table(values, show) {
  const body = element("tbody");
  for (const [name, value] of Object.entries(values)) {
    body.append(
      element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, show(valueText(value), name))),
    );
  }
  return element("table", { class: "values" }, body);
}

function section(title, ...content) {
  return element("section", {}, element("h3", {}, title), ...content);
}

// The parts of a message; show(text, part) makes the nodes of a text.
export function bubble(message, show) {
  const box = element("article", { class: "bubble " + (/^[a-z]+$/.test(message.role) ? message.role : "") });
  const head = element("h4", {}, term("roles", message.role));
  if (message.name) {
    head.append(" · ", message.name);
  }
  if (message.toolCallId) {
    head.append(" · ", word("answers", message.toolCallId));
  }
  box.append(head);
  if (message.reasoning !== undefined) {
    box.append(
      element(
        "details",
        { class: "reasoning" },
        element("summary", {}, word("reasoning", number(message.reasoning.length))),
        element("div", { class: "said" }, show(message.reasoning, "reasoning")),
      ),
    );
  }
  if (message.content !== "") {
    box.append(element("div", { class: "said" }, show(message.content, "content")));
  }
  for (const url of message.images ?? []) {
    box.append(
      PICTURE.test(url)
        ? element("img", { src: url, alt: word("image"), class: "picture" })
        : element("p", { class: "reference" }, word("image") + ": " + url.slice(0, 500)),
    );
  }
  for (const call of message.toolCalls ?? []) {
    box.append(
      element(
        "div",
        { class: "call" },
        element("b", {}, word("calls", call.name)),
        call.id === "" ? null : element("code", {}, call.id),
        element("pre", {}, show(JSON.stringify(call.arguments, null, 2), "call")),
      ),
    );
  }
  if (message.extra !== undefined) {
    box.append(table(message.extra, (text) => show(text, "extra")));
  }
  return box;
}

export function reason(record) {
  if (record.reason === undefined && record.failure === undefined) {
    return null;
  }
  const title =
    record.kind === undefined
      ? word("unreadable")
      : record.step === undefined
        ? word("failure")
        : record.failure === undefined
          ? word("dropped", record.step)
          : word("failedBy", record.step);
  return element(
    "p",
    { class: "reason" },
    element("b", {}, title),
    element("span", {}, record.reason ?? record.failure),
  );
}

function chips(record) {
  const box = element("p", { class: "chips" });
  if (record.kind !== undefined) {
    box.append(element("span", {}, term("recordKinds", record.kind)));
  }
  if (record.language !== undefined) {
    box.append(element("span", {}, term("languages", record.language)));
  }
  if (record.id !== undefined) {
    box.append(element("code", {}, record.id));
  }
  return box;
}

function provenance(record) {
  const steps = record.steps ?? [];
  if (record.origin === undefined && steps.length === 0) {
    return null;
  }
  const line = element("ol", { class: "timeline" });
  if (record.origin !== undefined) {
    line.append(element("li", {}, word("origin", record.origin.file, number(record.origin.row))));
  }
  for (const step of steps) {
    const item = element("li", {}, element("b", {}, step.operator));
    if (step.calls.length > 0) {
      item.append(
        element(
          "details",
          {},
          element("summary", {}, word("teacherCalls", number(step.calls.length))),
          ...step.calls.map((call) => element("code", {}, call)),
        ),
      );
    }
    line.append(item);
  }
  if (record.step !== undefined) {
    line.append(element("li", { class: "left" }, element("b", {}, record.step)));
  }
  return section(word("provenance"), line);
}

export function recordElement(record, query) {
  const show = (text) => marked(text, query);
  const box = element("div", { class: "record" }, chips(record));
  const why = reason(record);
  if (why !== null) {
    box.append(why);
  }
  for (const message of record.messages ?? []) {
    box.append(bubble(message, show));
  }
  if (record.chosen !== undefined) {
    box.append(
      element(
        "div",
        { class: "sides" },
        section(word("chosen"), ...record.chosen.map((message) => bubble(message, show))),
        section(word("rejected"), ...record.rejected.map((message) => bubble(message, show))),
      ),
    );
  }
  if (record.text !== undefined) {
    box.append(element("div", { class: "said plain" }, show(record.text)));
  }
  if (record.fields !== undefined) {
    box.append(section(word("fields"), table(record.fields, show)));
  }
  if (record.tools !== undefined) {
    box.append(
      element(
        "details",
        {},
        element("summary", {}, word("tools") + " (" + number(record.tools.length) + ")"),
        element("pre", {}, JSON.stringify(record.tools, null, 2)),
      ),
    );
  }
  if (Object.keys(record.metadata ?? {}).length > 0) {
    box.append(section(word("metadata"), table(record.metadata, show)));
  }
  if (record.extra !== undefined) {
    box.append(section(word("extra"), table(record.extra, show)));
  }
  const history = provenance(record);
  if (history !== null) {
    box.append(history);
  }
  if (record.raw !== undefined) {
    box.append(
      element(
        "details",
        { open: record.kind === undefined },
        element("summary", {}, word("raw")),
        element("pre", {}, record.raw),
      ),
    );
  }
  return box;
}
