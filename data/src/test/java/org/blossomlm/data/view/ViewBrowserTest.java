package org.blossomlm.data.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The page of records, in a browser")
class ViewBrowserTest {
  @TempDir(cleanup = CleanupMode.NEVER)
  static Path profile;

  private static @Nullable Chromium browser;

  @TempDir Path folder;
  private @Nullable DataView view;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> program = Chromium.find();
    assumeTrue(program.isPresent(), "no Chromium on the PATH: the page is not tried in a browser");
    browser = Chromium.start(program.get(), profile);
  }

  @AfterAll
  static void end() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  @AfterEach
  void close() {
    if (view != null) {
      view.close();
    }
  }

  private static Chromium browser() {
    return java.util.Objects.requireNonNull(browser);
  }

  private String file(String name, String... lines) throws Exception {
    return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n").toString();
  }

  private void open(String hash, String... files) throws Exception {
    view = DataView.open(List.of(files), OptionalInt.of(0));
    browser().size(1200, 800, false);
    URI address = view.address();
    browser().open(URI.create("about:blank"));
    browser().open(address.resolve("/" + hash));
    browser().until("document.querySelectorAll('#rows li').length > 0");
    browser().until("document.querySelector('#record').childElementCount > 0");
  }

  private static String chat(String id, String question, String answer) {
    return """
    {"id":"%s","messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s","reasoning_content":"hm"}]}\
    """
        .formatted(id, question, answer);
  }

  @Test
  void what_records_say_is_text_and_never_code() throws Exception {
    String attack =
        "<script>window.hit=1</script><img src=x onerror='window.hit=1'><svg onload='window.hit=1'>";
    String json = attack.replace("\"", "\\\"");
    String name = "evil<img src=x onerror=window.hit=1>.jsonl";
    String evil =
        file(
            name,
            """
            {"id":"%s","messages":[{"role":"system","content":"%s"},{"role":"user","content":"%s"},\
            {"role":"assistant","content":[{"type":"text","text":"%s"},{"type":"image_url","image_url":{"url":"javascript:window.hit=1"}}],\
            "reasoning_content":"%s","tool_calls":[{"id":"%s","type":"function","function":{"name":"%s","arguments":"{\\"a\\":\\"%s\\"}"}}]}],\
            "metadata":{"language":"%s","origin":"%s","%s":"%s"},"%s":["%s"]}\
            """
                .replace("%s", json));
    String other = file("other.jsonl", chat(json, json, json));
    open("", evil, other);
    browser().until("document.querySelector('#record').innerText.includes('window.hit')");
    assertThat(
            browser()
                .value(
                    "document.querySelectorAll('main script, main svg, main img, header optgroup img').length"))
        .isEqualTo("0");
    // Compared, it is text as well.
    browser()
        .value(
            "location.hash = '#' + new URLSearchParams({file: document.querySelector('#file').options[0].value, right: document.querySelector('#file').options[1].value})");
    browser().until("document.querySelector('.comparison') !== null");
    assertThat(
            browser().value("document.querySelectorAll('main script, main svg, main img').length"))
        .isEqualTo("0");
    assertThat(browser().value("window.hit")).isEqualTo("undefined");
    // And if there were a way in, the policy would stop it.
    browser()
        .value(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit=2\">')");
    browser().value("new Promise(done => setTimeout(done, 300))");
    assertThat(browser().value("window.hit")).isEqualTo("undefined");
  }

  @Test
  void keys_go_through_records_and_the_address_names_the_record() throws Exception {
    String[] lines = new String[120];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = chat("c" + (i + 1), "question " + (i + 1), i == 76 ? "a needle, 针" : "no");
    }
    String many = file("many.jsonl", lines);
    open("", many);
    browser().press("j");
    browser().until("document.querySelector('#record .chips code').textContent === 'c2'");
    browser().press("j");
    browser().press("k");
    browser().until("document.querySelector('#record .chips code').textContent === 'c2'");
    assertThat(browser().value("location.hash")).contains("at=2");
    browser().press("n");
    browser().until("document.querySelector('#rows .facts')?.innerText.startsWith('51')");
    browser().press("p");
    browser().until("document.querySelector('#rows .facts')?.innerText.startsWith('1')");
    browser().press("/");
    browser().type("needle");
    browser().press("Enter");
    browser().until("document.querySelectorAll('#rows li').length === 1");
    browser().until("document.querySelector('#record mark')?.textContent === 'needle'");
    assertThat(browser().value("document.querySelector('#record .chips code').textContent"))
        .isEqualTo("c77");
    // A link leads to the same record.
    String link = browser().value("location.hash");
    assertThat(link).contains("q=needle");
    browser().open(URI.create("about:blank"));
    String name = URLEncoder.encode(many, StandardCharsets.UTF_8);
    browser()
        .open(
            java.util.Objects.requireNonNull(view).address().resolve("/#file=" + name + "&at=99"));
    browser().until("document.querySelector('#record .chips code')?.textContent === 'c99'");
    assertThat(browser().value("document.querySelector('#record .reasoning').open"))
        .isEqualTo("false");
  }

  @Test
  void two_files_are_compared_with_their_differences_marked() throws Exception {
    String left =
        file("left.jsonl", chat("a", "how many?", "there are 12 apples"), chat("b", "q", "x"));
    String right =
        file("right.jsonl", chat("a", "how many?", "there are 13 apples"), chat("c", "q", "x"));
    open("#right=" + URLEncoder.encode(right, StandardCharsets.UTF_8), left, right);
    browser().until("document.querySelectorAll('#rows li').length === 2");
    browser().until("document.querySelector('.comparison del') !== null");
    assertThat(
            browser()
                .value("[...document.querySelectorAll('.comparison del')].map(e => e.textContent)"))
        .isEqualTo("12");
    assertThat(
            browser()
                .value("[...document.querySelectorAll('.comparison ins')].map(e => e.textContent)"))
        .isEqualTo("13");
    browser().press("j");
    browser()
        .until("document.querySelector('#record .note')?.innerText === 'only in " + left + "'");
  }

  @Test
  void the_difference_of_texts_is_a_longest_common_subsequence() throws Exception {
    open("", file("a.jsonl", chat("a", "q", "x")));
    browser().value("import('/difference.js').then(m => { window.differences = m.differences; })");
    assertThat(browser().value("JSON.stringify(differences('今天天气很好', '今天的天气好'))"))
        .isEqualTo(
            "[[[\"今天天气\",false],[\"很\",true],[\"好\",false]],[[\"今天\",false],[\"的\",true],[\"天气好\",false]]]");
    assertThat(browser().value("JSON.stringify(differences('', 'a b'))"))
        .isEqualTo("[[],[[\"a b\",true]]]");
    assertThat(browser().value("JSON.stringify(differences('same', 'same'))"))
        .isEqualTo("[[[\"same\",false]],[[\"same\",false]]]");
  }

  @Test
  void it_speaks_chinese_and_fits_a_phone() throws Exception {
    String wide = "https://example.org/" + "a".repeat(300);
    open("", file("a.jsonl", chat("a", "一个问题 " + wide, "一个回答"), chat("b", "q", "x")));
    browser().value("document.querySelector('#language').click()");
    browser().until("document.documentElement.lang === 'zh-CN'");
    assertThat(browser().value("document.querySelector('#nextPage').textContent"))
        .isEqualTo("下页 ›");
    browser().until("document.querySelector('#record').innerText.includes('用户')");
    browser().value("document.querySelector('#language').click()");
    browser().size(390, 844, true);
    assertThat(browser().value("document.documentElement.scrollWidth <= innerWidth"))
        .isEqualTo("true");
    assertThat(browser().value("getComputedStyle(document.querySelector('#pane')).display"))
        .isEqualTo("none");
    browser().value("document.querySelector('#rows button').click()");
    browser().until("getComputedStyle(document.querySelector('#pane')).display === 'block'");
    assertThat(browser().value("document.documentElement.scrollWidth <= innerWidth"))
        .isEqualTo("true");
    browser().value("document.querySelector('#back').click()");
    browser().until("getComputedStyle(document.querySelector('#list')).display === 'flex'");
  }
}
