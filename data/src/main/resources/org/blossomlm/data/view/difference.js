// Two records side by side, with what differs marked.

import { bubble, reason, recordElement, valueText } from "./record.js";
import { element, word } from "./words.js";

// Words, runs of space, single Chinese characters and signs.
const PIECE = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{N}_])+|\s+|[^]/gu;

// Cells of the table of common subsequences; beyond that the middle counts as changed.
const MOST_CELLS = 4_000_000;

// Runs of pieces [text, changed] of both texts. What both have in the same order is not changed.
export function differences(left, right) {
  const a = left.match(PIECE) ?? [];
  const b = right.match(PIECE) ?? [];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) {
    start++;
  }
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const sameA = new Uint8Array(a.length).fill(1);
  const sameB = new Uint8Array(b.length).fill(1);
  sameA.fill(0, start, endA);
  sameB.fill(0, start, endB);
  const rows = endA - start;
  const columns = endB - start;
  if (rows > 0 && columns > 0 && (rows + 1) * (columns + 1) <= MOST_CELLS) {
    const width = columns + 1;
    const length = new Uint16Array((rows + 1) * width);
    for (let i = rows - 1; i >= 0; i--) {
      for (let j = columns - 1; j >= 0; j--) {
        length[i * width + j] =
          a[start + i] === b[start + j]
            ? length[(i + 1) * width + j + 1] + 1
            : Math.max(length[(i + 1) * width + j], length[i * width + j + 1]);
      }
    }
    let i = 0;
    let j = 0;
    while (i < rows && j < columns) {
      if (a[start + i] === b[start + j]) {
        sameA[start + i++] = 1;
        sameB[start + j++] = 1;
      } else if (length[(i + 1) * width + j] >= length[i * width + j + 1]) {
        i++;
      } else {
        j++;
      }
    }
  }
  return [runs(a, sameA), runs(b, sameB)];
}

function runs(pieces, same) {
  const found = [];
  for (let i = 0; i < pieces.length; i++) {
    const changed = same[i] === 0;
    if (found.length > 0 && found[found.length - 1][1] === changed) {
      found[found.length - 1][0] += pieces[i];
    } else {
      found.push([pieces[i], changed]);
    }
  }
  return found;
}

function shown(parts, tag) {
  const box = document.createDocumentFragment();
  for (const [text, changed] of parts) {
    box.append(changed ? element(tag, {}, text) : text);
  }
  return box;
}

// Fills two boxes with the same kind of thing; a missing side stays empty.
function pair(box, left, right, make) {
  const textOf = (thing, part) => (thing === undefined ? "" : (part(thing) ?? ""));
  const side = (thing, other, tag, isLeft) =>
    thing === undefined
      ? element("div", { class: "missing" })
      : make(thing, (text, part) => {
          const against = textOf(other, part);
          const [a, b] = isLeft ? differences(text, against) : differences(against, text);
          return shown(isLeft ? a : b, tag);
        });
  box.append(side(left, right, "del", true), side(right, left, "ins", false));
}

const PARTS = {
  content: (message) => message.content,
  reasoning: (message) => message.reasoning,
  call: (message) => (message.toolCalls ?? []).map((call) => JSON.stringify(call.arguments, null, 2)).join("\n"),
  extra: (message) => JSON.stringify(message.extra ?? {}),
};

function messages(box, left, right) {
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    pair(box, left[i], right[i], (message, show) => {
      const made = bubble(message, (text, part) => show(text, PARTS[part] ?? PARTS.content));
      made.querySelector(".reasoning")?.setAttribute("open", "");
      return made;
    });
  }
}

function values(box, left, right) {
  const names = [...new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})])];
  const own = (values, name) =>
    values !== undefined && Object.hasOwn(values, name) ? { name, text: valueText(values[name]) } : undefined;
  for (const name of names) {
    pair(box, own(left, name), own(right, name), (entry, show) =>
      element("div", { class: "value" }, element("b", {}, entry.name), " ", show(entry.text, (other) => other.text)),
    );
  }
}

export function comparisonElement(left, right, names, same) {
  const box = element("div", { class: "comparison" });
  if (left === undefined || right === undefined) {
    const note = element("p", { class: "note" }, word("onlyIn", left === undefined ? names[1] : names[0]));
    const there = left ?? right;
    return element("div", { class: "record" }, note, ...(there === undefined ? [] : [recordElement(there, "")]));
  }
  box.append(element("h3", {}, names[0]), element("h3", {}, names[1]));
  if (same) {
    box.append(element("p", { class: "wide note" }, word("same")));
  }
  fill(box, left, right);
  return box;
}

function fill(box, left, right) {
  if (reason(left) !== null || reason(right) !== null) {
    box.append(reason(left) ?? element("div", { class: "missing" }));
    box.append(reason(right) ?? element("div", { class: "missing" }));
  }
  messages(box, left.messages ?? [], right.messages ?? []);
  messages(box, left.chosen ?? [], right.chosen ?? []);
  messages(box, left.rejected ?? [], right.rejected ?? []);
  const text = (record) => (record.text === undefined ? undefined : record);
  if (left.text !== undefined || right.text !== undefined) {
    pair(box, text(left), text(right), (record, show) =>
      element("div", { class: "said plain" }, show(record.text, (other) => other.text)),
    );
  }
  values(box, left.fields, right.fields);
  values(box, left.metadata, right.metadata);
}
