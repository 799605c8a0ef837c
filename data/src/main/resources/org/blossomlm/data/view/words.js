// What the page says, in English and Chinese.

const words = {
  file: ["File", "文件"],
  compareWith: ["Compare with", "对比"],
  nothing: ["–", "–"],
  search: ["Search  ( / )", "搜索（/）"],
  regexTitle: ["Regular expression", "正则表达式"],
  show: ["Show", "显示"],
  anyLanguage: ["any language", "所有语言"],
  anySource: ["any source", "所有来源"],
  anyOperator: ["any operator", "所有算子"],
  anyState: ["failed or not", "全部状态"],
  onlyFailed: ["failed or left", "失败或已移除"],
  onlyGood: ["not failed", "未失败"],
  filters: ["Filters and comparison", "筛选与对比"],
  clear: ["Clear", "清除"],
  stop: ["Stop", "停止"],
  more: ["Go on", "继续"],
  previousPage: ["‹ Page", "‹ 上页"],
  nextPage: ["Page ›", "下页 ›"],
  goTo: ["Go to", "跳至"],
  back: ["‹ List", "‹ 列表"],
  previousRecord: ["Previous (k)", "上一条（k）"],
  nextRecord: ["Next (j)", "下一条（j）"],
  copyLink: ["Copy link", "复制链接"],
  copied: ["Copied", "已复制"],
  keys: ["Keys", "快捷键"],
  theme: ["Colours: system, light, dark", "颜色：跟随系统、浅色、深色"],
  language: ["中文 / English", "English / 中文"],
  close: ["Close", "关闭"],
  kinds: {
    file: ["Files", "文件"],
    kept: ["Kept", "保留"],
    dropped: ["Dropped", "丢弃"],
    failed: ["Failed", "失败"],
  },
  shows: {
    all: ["all", "全部"],
    different: ["different", "有差异"],
    same: ["same", "相同"],
    only_left: ["only left", "仅左侧"],
    only_right: ["only right", "仅右侧"],
  },
  roles: {
    system: ["system", "系统"],
    user: ["user", "用户"],
    assistant: ["assistant", "助手"],
    tool: ["tool", "工具"],
  },
  recordKinds: {
    chat: ["chat", "对话"],
    text: ["text", "文本"],
    row: ["row", "表格行"],
    preference: ["preference pair", "偏好对"],
  },
  languages: {
    zh: ["Chinese", "中文"],
    en: ["English", "英文"],
    ja: ["Japanese", "日文"],
    ko: ["Korean", "韩文"],
    mixed: ["mixed", "混合"],
    other: ["other", "其他"],
    none: ["no letters", "无文字"],
  },
  records: ["{0} records", "{0} 条记录"],
  lines: ["{0} lines", "{0} 行"],
  indexing: ["indexing, {0}", "索引中，{0}"],
  searched: ["{0} found · looked up to {1}", "找到 {0} 条 · 已查至 {1}"],
  found: ["{0} on this page", "本页 {0} 条"],
  end: ["end of the file", "文件末尾"],
  stopped: ["stopped at {0}", "停在 {0}"],
  reading: ["Reading both files for comparison, {0}", "正在读取两个文件以便对比，{0}"],
  empty: ["Nothing here.", "没有内容。"],
  noMatch: ["No record fits.", "没有符合的记录。"],
  choose: ["Choose a record.", "请选择一条记录。"],
  turns: ["{0} turns", "{0} 轮"],
  reasoning: ["Reasoning, {0} characters", "思考过程，{0} 字"],
  calls: ["calls {0}", "调用 {0}"],
  answers: ["answers {0}", "回应 {0}"],
  image: ["image", "图片"],
  tools: ["Tools", "工具"],
  metadata: ["Metadata", "元数据"],
  extra: ["Other fields", "其他字段"],
  fields: ["Fields", "字段"],
  text: ["Text", "文本"],
  provenance: ["Provenance", "来历"],
  origin: ["from {0}, row {1}", "来自 {0}，第 {1} 行"],
  teacherCalls: ["teacher calls: {0}", "教师模型调用：{0} 次"],
  raw: ["As it is in the file", "文件中的原文"],
  dropped: ["Dropped by {0}", "被 {0} 丢弃"],
  failedBy: ["Failed in {0}", "在 {0} 失败"],
  failure: ["Failed", "失败"],
  unreadable: ["Not a record", "不是记录"],
  chosen: ["Chosen", "更好"],
  rejected: ["Rejected", "较差"],
  onlyIn: ["only in {0}", "仅在 {0} 中"],
  same: ["Both say the same.", "两者内容相同。"],
  problem: ["Could not be read to the end: {0}", "未能读到末尾：{0}"],
  lost: ["The program does not answer. Is it still running?", "程序没有响应，是否仍在运行？"],
  keyJ: ["next record", "下一条"],
  keyK: ["previous record", "上一条"],
  keySlash: ["search", "搜索"],
  keyN: ["next page", "下一页"],
  keyP: ["previous page", "上一页"],
  keyC: ["copy the link to the record", "复制记录链接"],
  keyEscape: ["leave the field, back to the list", "离开输入框，回到列表"],
};

function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Private windows keep nothing; the page works without.
  }
}

let current = kept("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");

export function language() {
  return current;
}

export function setLanguage(name) {
  current = name;
  keep("language", name);
  document.documentElement.lang = name === "zh" ? "zh-CN" : "en";
}

export function theme() {
  return kept("theme") ?? "auto";
}

export function word(name, ...values) {
  const entry = words[name];
  const text = entry === undefined ? name : entry[current === "zh" ? 1 : 0];
  return text.replace(/\{(\d)\}/g, (all, index) => values[index]);
}

// A word of a group; a name that the group does not have stays as it is.
export function term(group, name) {
  const entry = Object.hasOwn(words[group], name) ? words[group][name] : undefined;
  return entry === undefined ? name : entry[current === "zh" ? 1 : 0];
}

export function number(value) {
  return new Intl.NumberFormat("en").format(value);
}

// An element. Children that are strings become text, never markup.
export function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name === "class") {
      made.className = value;
    } else if (name.startsWith("on")) {
      made.addEventListener(name.slice(2), value);
    } else {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
