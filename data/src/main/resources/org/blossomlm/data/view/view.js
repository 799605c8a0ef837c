// The page: a list, the record beside it, and what the address says about both.

import { comparisonElement } from "./difference.js";
import { recordElement } from "./record.js";
import { element, keep, language, number, setLanguage, term, theme, word } from "./words.js";

const PAGE = 50;
const FILTERS = { languageFilter: "language", source: "source", operator: "operator", failed: "failed" };
const THEMES = { auto: "◐", light: "☀", dark: "☾" };
const KEYS = { j: "keyJ", k: "keyK", "/": "keySlash", n: "keyN", p: "keyP", c: "keyC", Esc: "keyEscape" };

const at = (id) => document.getElementById(id);

let files = [];
// What the address says: file, right, show, q, regex, language, source, operator, failed, from, at.
let state = new URLSearchParams();
let rows = [];
let next = null;
let starts = []; // of the pages before this one
let chosen = -1;
let searched = 0; // how far a search has looked
let running = 0; // which search is under way
let recordRunning = 0;
let choicesOf = "";

// --- talking to the program ----------------------------------------------------------------------

async function ask(name, parameters) {
  let answer;
  try {
    answer = await fetch("/api/" + name + "?" + new URLSearchParams(parameters));
  } catch {
    throw new Error(word("lost"));
  }
  const json = await answer.json();
  if (!answer.ok) {
    throw new Error(json.error ?? answer.statusText);
  }
  return json;
}

function query() {
  const wanted = {};
  for (const name of ["q", "regex", "language", "source", "operator", "failed"]) {
    if (state.get(name)) {
      wanted[name] = state.get(name);
    }
  }
  return wanted;
}

function comparing() {
  return Boolean(state.get("right"));
}

// --- the address ---------------------------------------------------------------------------------

function change(values, replace) {
  for (const [name, value] of Object.entries(values)) {
    if (value === "" || value === null || value === undefined) {
      state.delete(name);
    } else {
      state.set(name, value);
    }
  }
  const address = "#" + state;
  if (replace) {
    history.replaceState(null, "", address);
  } else {
    history.pushState(null, "", address);
  }
}

function restore() {
  state = new URLSearchParams(location.hash.slice(1));
  if (!files.some((file) => file.name === state.get("file"))) {
    state.set("file", files[0]?.name ?? "");
  }
  if (!files.some((file) => file.name === state.get("right"))) {
    state.delete("right");
  }
  fill();
  starts = [];
  list(Number(state.get("from") ?? state.get("at") ?? 1), true);
}

// --- the head ------------------------------------------------------------------------------------

function options(select, entries, value) {
  const groups = new Map();
  select.replaceChildren();
  for (const [name, label, group] of entries) {
    let parent = select;
    if (group) {
      if (!groups.has(group)) {
        groups.set(group, element("optgroup", { label: group }));
        select.append(groups.get(group));
      }
      parent = groups.get(group);
    }
    parent.append(element("option", { value: name }, label));
  }
  if (value && !entries.some(([name]) => name === value)) {
    select.append(element("option", { value }, value));
  }
  select.value = value ?? "";
}

function fileOptions() {
  const several = new Set(files.map((file) => file.kind)).size > 1;
  return files.map((file) => [file.name, file.name, several ? term("kinds", file.kind) : ""]);
}

function fill() {
  options(at("file"), fileOptions(), state.get("file"));
  options(
    at("right"),
    [["", word("nothing"), ""], ...fileOptions().filter(([name]) => name !== state.get("file"))],
    state.get("right") ?? "",
  );
  at("right").closest("label").hidden = files.length < 2;
  at("q").value = state.get("q") ?? "";
  at("regex").checked = state.get("regex") === "1";
  at("show").hidden = !comparing();
  options(
    at("show"),
    ["all", "different", "same", "only_left", "only_right"].map((name) => [name, term("shows", name)]),
    state.get("show") ?? "all",
  );
  options(
    at("failed"),
    [["", word("anyState")], ["1", word("onlyFailed")], ["0", word("onlyGood")]],
    state.get("failed") ?? "",
  );
  choices({ languages: [], sources: [], operators: [] });
  if (state.get("file")) {
    const file = state.get("file");
    ask("choices", { file }).then(
      (found) => {
        if (file === state.get("file")) {
          choicesOf = file;
          choices(found);
        }
      },
      () => {},
    );
  }
}

function choices(found) {
  const labelled = (names, label) => names.map((name) => [name, label(name)]);
  options(
    at("languageFilter"),
    [["", word("anyLanguage")], ...labelled(found.languages, (name) => term("languages", name))],
    state.get("language") ?? "",
  );
  options(at("source"), [["", word("anySource")], ...labelled(found.sources, (name) => name)], state.get("source") ?? "");
  options(
    at("operator"),
    [["", word("anyOperator")], ...labelled(found.operators, (name) => name)],
    state.get("operator") ?? "",
  );
}

function speak() {
  for (const each of document.querySelectorAll("[data-word]")) {
    each.textContent = word(each.dataset.word);
  }
  for (const each of document.querySelectorAll("[data-title]")) {
    each.title = word(each.dataset.title);
    each.setAttribute("aria-label", each.title);
  }
  for (const each of document.querySelectorAll("[data-placeholder]")) {
    each.placeholder = word(each.dataset.placeholder);
    each.setAttribute("aria-label", each.placeholder);
  }
  for (const each of document.querySelectorAll("[data-label]")) {
    each.setAttribute("aria-label", word(each.dataset.label));
  }
  at("language").textContent = language() === "zh" ? "EN" : "中";
  at("keyList").replaceChildren(
    ...Object.entries(KEYS).flatMap(([key, name]) => [
      element("dt", {}, element("kbd", {}, key)),
      element("dd", {}, word(name)),
    ]),
  );
}

function paint() {
  const name = theme();
  if (name === "auto") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = name;
  }
  at("theme").textContent = THEMES[name] ?? THEMES.auto;
}

// --- the list ------------------------------------------------------------------------------------

function status(text, bad, stoppable) {
  at("statusText").textContent = text;
  at("status").classList.toggle("bad", Boolean(bad));
  at("stop").hidden = !stoppable;
}

function fileStatus() {
  const file = files.find((each) => each.name === state.get("file"));
  if (file === undefined) {
    return "";
  }
  if (file.problem) {
    return word("problem", file.problem);
  }
  const count = word("records", number(file.known));
  return file.complete
    ? count
    : count + " · " + word("indexing", file.fraction < 0 ? "…" : Math.floor(100 * file.fraction) + " %");
}

// Shows a page that begins at a place. A search goes on request after request, until it has a page
// full, comes to the end, or is stopped.
async function list(from, first) {
  const mine = ++running;
  rows = [];
  next = null;
  chosen = -1;
  at("rows").replaceChildren();
  at("rows").scrollTop = 0;
  const searching = Object.keys(query()).length > 0 || comparing();
  let place = Math.max(1, from);
  searched = place - 1;
  if (first || !searching) {
    change({ from: place === 1 ? "" : place }, true);
  }
  status(searching ? word("searched", 0, number(place)) : fileStatus(), false, searching);
  buttons();
  try {
    for (let end = false; !end && rows.length < PAGE; ) {
      const found = comparing()
        ? await ask("compare", {
            left: state.get("file"),
            right: state.get("right"),
            show: state.get("show") ?? "all",
            from: place,
            count: PAGE - rows.length,
            ...query(),
          })
        : await ask("records", { file: state.get("file"), from: place, count: PAGE - rows.length, ...query() });
      if (mine !== running) {
        return;
      }
      if (found.reading !== undefined) {
        const part = found.reading.map((each) => (each < 0 ? "…" : Math.floor(100 * each) + " %")).join(" / ");
        status(word("reading", part), false, true);
        await new Promise((done) => setTimeout(done, 400));
        if (mine !== running) {
          return;
        }
        continue;
      }
      add(found.rows);
      place = found.next;
      searched = place - 1;
      next = found.end ? null : place;
      end = found.end;
      if (searching) {
        status(word("searched", number(rows.length), number(place - 1)), false, !end && rows.length < PAGE);
      }
      if (found.problem) {
        status(word("problem", found.problem), true, false);
      }
    }
    if (searching) {
      const many = word("found", number(rows.length));
      status(next === null ? many + " · " + word("end") : word("searched", number(rows.length), number(place - 1)), false);
    } else {
      status(fileStatus(), false);
    }
    if (rows.length === 0) {
      at("rows").append(element("li", { class: "empty" }, word(searching ? "noMatch" : "empty")));
    }
  } catch (problem) {
    if (mine === running) {
      status(problem.message, true);
    }
  }
  if (mine !== running) {
    return;
  }
  buttons();
  const wanted = Number(state.get("at") ?? 0);
  const index = rows.findIndex((row) => placeOf(row) === wanted);
  if (wanted > 0 && first) {
    mark(index);
    open(wanted, rows[index]);
  } else if (rows.length > 0 && !narrow()) {
    choose(0, true);
  } else {
    show(element("p", { class: "empty" }, word("choose")), "");
  }
}

// The place of a row in the file that is walked through.
function placeOf(row) {
  return comparing() && state.get("show") === "only_right" ? row.right : row.at;
}

function add(found) {
  for (const row of found) {
    const index = rows.push(row) - 1;
    const facts = element("span", { class: "facts" }, element("span", {}, number(placeOf(row))));
    const fact = (text) => facts.append(element("span", {}, text));
    if (row.status) {
      fact(term("shows", row.status));
    }
    if (row.language) {
      fact(term("languages", row.language));
    }
    if (row.turns > 1) {
      fact(word("turns", row.turns));
    }
    if (row.source) {
      fact(row.source);
    }
    const button = element(
      "button",
      { type: "button", onclick: () => choose(index) },
      element("span", { class: "snippet" }, row.snippet === "" ? "–" : row.snippet),
      facts,
    );
    const why = row.reason ?? row.failure;
    if (why !== undefined) {
      button.append(element("span", { class: "why" }, why));
    }
    at("rows").append(element("li", {}, button));
  }
}

function buttons() {
  at("previousPage").disabled = starts.length === 0 && Number(state.get("from") ?? 1) <= 1;
  at("nextPage").disabled = next === null;
  at("previous").disabled = chosen <= 0 && at("previousPage").disabled;
  at("next").disabled = chosen >= rows.length - 1 && next === null;
}

function turnPage(step) {
  const from = Number(state.get("from") ?? 1);
  if (step > 0 && next !== null) {
    starts.push(from);
    change({ from: next, at: "" });
    return list(next, false);
  }
  if (step < 0 && !at("previousPage").disabled) {
    const before = starts.pop() ?? Math.max(1, from - PAGE);
    change({ from: before, at: "" });
    return list(before, false);
  }
  return Promise.resolve();
}

// --- the record ----------------------------------------------------------------------------------

function narrow() {
  return window.matchMedia("(max-width: 48rem)").matches;
}

function mark(index) {
  const list = [...at("rows").children];
  list.forEach((each, i) => (i === index ? each.setAttribute("aria-current", "true") : each.removeAttribute("aria-current")));
  chosen = index;
  list[index]?.scrollIntoView({ block: "nearest" });
  buttons();
}

function choose(index, quietly) {
  if (index < 0 || index >= rows.length) {
    return;
  }
  mark(index);
  const place = placeOf(rows[index]);
  if (quietly) {
    open(place, rows[index]);
  } else {
    change({ at: place });
    document.body.dataset.shown = "record";
    open(place, rows[index]);
  }
}

async function move(step) {
  const index = chosen + step;
  if (index >= 0 && index < rows.length) {
    choose(index);
  } else if (rows.length > 0) {
    await turnPage(step);
    if (rows.length > 0) {
      choose(step > 0 ? 0 : rows.length - 1);
    }
  }
}

function show(content, place) {
  at("record").replaceChildren(content);
  at("place").textContent = place;
  at("pane").scrollTop = 0;
}

async function open(place, row) {
  const mine = ++recordRunning;
  try {
    let content;
    if (comparing()) {
      const names = [state.get("file"), state.get("right")];
      let pair = row;
      if (pair === undefined) {
        const onlyRight = state.get("show") === "only_right";
        const found = await ask("compare", {
          left: names[0],
          right: names[1],
          show: onlyRight ? "only_right" : "all",
          from: place,
          count: 1,
        });
        pair = found.rows?.[0];
      }
      const one = (name, which) => (which > 0 ? ask("record", { file: name, at: which }) : undefined);
      const [left, right] = await Promise.all([one(names[0], pair?.left ?? 0), one(names[1], pair?.right ?? 0)]);
      content = comparisonElement(left, right, names, pair?.status === "same");
    } else {
      const text = state.get("regex") === "1" ? "" : (state.get("q") ?? "");
      content = recordElement(await ask("record", { file: state.get("file"), at: place }), text);
    }
    if (mine === recordRunning) {
      show(content, state.get("file") + " · " + number(place));
    }
  } catch (problem) {
    if (mine === recordRunning) {
      show(element("p", { class: "reason" }, problem.message), "");
    }
  }
}

function toList() {
  document.body.dataset.shown = "list";
}

// --- what people do ------------------------------------------------------------------------------

function refresh(values) {
  change({ ...values, from: "", at: "" });
  starts = [];
  toList();
  fill();
  list(1, false);
}

at("file").addEventListener("change", () => refresh({ file: at("file").value, right: "", source: "", operator: "" }));
at("right").addEventListener("change", () => refresh({ right: at("right").value, show: "" }));
at("show").addEventListener("change", () => refresh({ show: at("show").value }));
at("search").addEventListener("submit", (event) => {
  event.preventDefault();
  refresh({ q: at("q").value });
});
at("q").addEventListener("search", () => {
  if (at("q").value !== (state.get("q") ?? "")) {
    refresh({ q: at("q").value });
  }
});
at("regex").addEventListener("change", () =>
  refresh({ regex: at("regex").checked ? "1" : "", q: at("q").value }),
);
for (const [id, name] of Object.entries(FILTERS)) {
  at(id).addEventListener("change", () => refresh({ [name]: at(id).value, q: at("q").value }));
}
at("clear").addEventListener("click", () =>
  refresh({ q: "", regex: "", language: "", source: "", operator: "", failed: "", show: "" }),
);
at("stop").addEventListener("click", () => {
  running++;
  next = searched + 1;
  status(word("searched", number(rows.length), number(searched)), false);
  buttons();
});
at("previousPage").addEventListener("click", () => turnPage(-1));
at("nextPage").addEventListener("click", () => turnPage(1));
at("goto").addEventListener("change", () => {
  const place = Math.max(1, Math.floor(Number(at("goto").value) || 1));
  starts = [];
  change({ from: place, at: "" });
  list(place, false);
});
at("previous").addEventListener("click", () => move(-1));
at("next").addEventListener("click", () => move(1));
at("filters").addEventListener("click", () => {
  const open = document.body.classList.toggle("filtering");
  at("filters").setAttribute("aria-expanded", open);
});
at("back").addEventListener("click", toList);
at("copy").addEventListener("click", copyLink);
at("help").addEventListener("click", () => at("keys").showModal());
at("closeKeys").addEventListener("click", () => at("keys").close());
at("theme").addEventListener("click", () => {
  const names = Object.keys(THEMES);
  keep("theme", names[(names.indexOf(theme()) + 1) % names.length]);
  paint();
});
at("language").addEventListener("click", () => {
  setLanguage(language() === "zh" ? "en" : "zh");
  speak();
  restore();
});
window.addEventListener("popstate", restore);

async function copyLink() {
  if (rows[chosen] !== undefined) {
    change({ at: placeOf(rows[chosen]) }, true);
  }
  try {
    await navigator.clipboard.writeText(location.href);
    at("copy").textContent = word("copied");
    setTimeout(() => (at("copy").textContent = word("copyLink")), 1500);
  } catch {
    // Without permission the address of the page is the link.
  }
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  n: () => turnPage(1),
  p: () => turnPage(-1),
  c: copyLink,
  "/": () => {
    toList();
    at("q").focus();
    at("q").select();
  },
  "?": () => at("keys").showModal(),
  Escape: toList,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || at("keys").open) {
    return;
  }
  const typing = event.target.matches("input, select, textarea");
  if (typing && event.key === "Escape") {
    event.target.blur();
  } else if (!typing && Object.hasOwn(ACTIONS, event.key)) {
    event.preventDefault();
    ACTIONS[event.key]();
  }
});

// --- begin ---------------------------------------------------------------------------------------

async function watch() {
  try {
    files = (await ask("files", {})).files;
  } catch (problem) {
    status(problem.message, true);
    setTimeout(watch, 3000);
    return;
  }
  if (at("stop").hidden && !at("status").classList.contains("bad") && Object.keys(query()).length === 0 && !comparing()) {
    status(fileStatus(), Boolean(files.find((each) => each.name === state.get("file"))?.problem));
  }
  if (choicesOf === state.get("file") && files.find((each) => each.name === choicesOf)?.complete) {
    choicesOf = "";
    ask("choices", { file: state.get("file") }).then(choices, () => {});
  }
  if (files.some((file) => !file.complete && !file.problem)) {
    setTimeout(watch, 700);
  }
}

setLanguage(language());
speak();
paint();
await watch();
restore();
