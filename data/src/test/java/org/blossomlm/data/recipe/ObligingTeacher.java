package org.blossomlm.data.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.blossomlm.data.teacher.FakeTeacherServer.Call;
import org.blossomlm.data.teacher.FakeTeacherServer.Reply;
import tools.jackson.databind.json.JsonMapper;

/**
 * A teacher that understands what Blossom's operators ask and does it, in words without a meaning:
 * recipes go through from end to end. What it says follows from what it is asked. It solves the
 * problems whose answers it was told, in their translations too.
 */
final class ObligingTeacher implements Function<Call, Reply> {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern FIELD = Pattern.compile("(?m)^ {2}\"(\\w+)\": ([^\\n]*)$");
  private static final Pattern BETWEEN_TAGS =
      Pattern.compile("(?s)<(?:text|instruction|person|conversation|task)>\\n(.*)\\n</");
  private static final Pattern COUNT = Pattern.compile("(?:Write|Invent|写出|再构思) (\\d+)");
  private static final Pattern KEPT =
      Pattern.compile(
          "(?s)\\$\\$.*?\\$\\$|\\$[^$\\n]*\\$|`[^`\\n]*`|https?://\\S+|\\{[^{}\\n]*}|⟦\\d+⟧"
              + "|\\d[\\d,.]*\\s*(?:thousand|million|billion|千|万|亿|年代|世纪|s\\b)?");
  private static final Pattern LATIN = Pattern.compile("\\p{IsLatin}+(?:['’-]\\p{IsLatin}+)*");
  private static final Pattern HAN = Pattern.compile("\\p{IsHan}{1,4}");

  private static final List<String> WORDS =
      List.of(
          ("garden window copper letter bridge quiet harvest signal pattern basket mountain ticket"
                  + " kitchen weather season measure ladder museum engine pocket village shadow"
                  + " compass ribbon lantern harbour orchard pencil journey market blanket thunder"
                  + " river meadow clock paper stone silver candle feather planet forest island"
                  + " winter anchor castle desert valley")
              .split(" "));
  private static final List<String> PHRASES =
      List.of(
          ("花园 窗户 铜器 信件 桥梁 安静 收获 信号 图案 篮子 山峰 车票 厨房 天气 季节 尺寸 梯子 展馆 引擎 口袋 村庄 影子"
                  + " 罗盘 丝带 灯笼 港口 果园 铅笔 旅程 市集 毛毯 雷声 河流 草地 钟表 纸张 石头 银饰 蜡烛 羽毛 星球"
                  + " 森林 海岛 冬日 船锚 城堡 沙漠 山谷")
              .split(" "));

  private final Map<String, String> answers = new ConcurrentHashMap<>();

  /** Tells it the answer of a problem. */
  void knows(String problem, String answer) {
    answers.put(problem.strip(), answer);
  }

  @Override
  public Reply apply(Call call) {
    String asked = call.lastText();
    if (FIELD.matcher(asked).find() && asked.contains("JSON")) {
      return Reply.text(json(asked));
    }
    if (asked.contains("<result>")) {
      return Reply.text(results(asked));
    }
    return Reply.text(answer(asked));
  }

  private static boolean isChinese(String text) {
    return text.codePoints()
            .filter(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN)
            .count()
        > text.length() / 8;
  }

  /** Everything is good: nothing contradicts, nothing is the same as before. */
  private static String json(String asked) {
    Map<String, Object> object = new LinkedHashMap<>();
    Matcher field = FIELD.matcher(asked);
    while (field.find()) {
      String name = field.group(1);
      String wanted = field.group(2);
      Matcher choice = Pattern.compile("\"([^\"]+)\"").matcher(wanted);
      if (wanted.startsWith("true")) {
        object.put(name, !List.of("inconsistent", "same").contains(name));
      } else if (wanted.contains("whole number") || wanted.contains("整数")) {
        Matcher most = Pattern.compile("(\\d+) ?(?:to|到) ?(\\d+)").matcher(wanted);
        object.put(name, most.find() ? Long.parseLong(most.group(2)) : 1L);
      } else if ((wanted.startsWith("one of") || wanted.startsWith("以下之一")) && choice.find()) {
        object.put(name, choice.group(1));
      } else if (wanted.startsWith("a list") || wanted.contains("列表")) {
        object.put(name, List.of("something"));
      } else {
        object.put(name, "It is as it should be.");
      }
    }
    return JSON.writeValueAsString(object);
  }

  private String results(String asked) {
    Matcher tags = BETWEEN_TAGS.matcher(asked);
    String material = tags.find() ? tags.group(1) : "";
    Random random = new Random(asked.hashCode());
    if (asked.startsWith("Translate") || asked.startsWith("请把标签之间的文本翻译")) {
      return result(translated(material, random));
    }
    boolean chinese = isChinese(asked);
    if (asked.contains("<instruction>")) {
      return result(
          material
              + (chinese ? "另外请说明" : " Also explain the ")
              + words(chinese, 4, random)
              + (chinese ? "的原因，并举一个例子。" : " and give an example."));
    }
    Matcher count = COUNT.matcher(asked);
    int wanted = count.find() ? Integer.parseInt(count.group(1)) : 1;
    List<String> results = new ArrayList<>();
    for (int i = 0; i < wanted; i++) {
      results.add(
          result(
              chinese
                  ? "请说说" + words(true, 9, random) + "之间有什么关系？"
                  : "Tell me how " + words(false, 11, random) + " belong together."));
    }
    return String.join("\n", results);
  }

  private static String result(String text) {
    return "<result>\n" + text + "\n</result>";
  }

  private static String words(boolean chinese, int count, Random random) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> all = chinese ? PHRASES : WORDS;
      words.add(all.get(random.nextInt(all.size())));
    }
    return String.join(chinese ? "" : " ", words);
  }

  /** Word by word; numbers, formulas and code stay. */
  private String translated(String text, Random random) {
    boolean fromChinese = isChinese(text);
    StringBuilder result = new StringBuilder();
    Matcher kept = KEPT.matcher(text);
    int end = 0;
    while (kept.find()) {
      result.append(prose(text.substring(end, kept.start()), fromChinese, random));
      result.append(kept.group());
      end = kept.end();
    }
    String translation =
        result.append(prose(text.substring(end), fromChinese, random)).toString().strip();
    String answer = answers.get(text.strip());
    if (answer != null) {
      answers.put(translation, answer);
    }
    return translation;
  }

  private static String prose(String text, boolean fromChinese, Random random) {
    return fromChinese
        ? HAN.matcher(text).replaceAll(match -> " " + words(false, 2, random) + " ")
        : LATIN.matcher(text).replaceAll(match -> words(true, 1, random));
  }

  private String answer(String asked) {
    boolean chinese = isChinese(asked);
    Random random = new Random(asked.hashCode());
    int options = asked.indexOf("\nA. ");
    String problem = options < 0 ? asked : asked.substring(0, options);
    String known = answers.get(problem.strip());
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      text.append(chinese ? "先看" : "First look at the ")
          .append(words(chinese, 5, random))
          .append(chinese ? "，再想想" : ", then think about the ")
          .append(words(chinese, 4, random))
          .append(chinese ? "。" : ". ");
    }
    if (known != null) {
      text.append(chinese ? "答案是" : "The answer is ").append(known).append(chinese ? "。" : ".");
    }
    return text.toString().strip();
  }
}
