package org.blossomlm.data.filter;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Phrases by which an assistant gives itself away. Every one needs its sentence: the assistant is
 * the one who speaks (I, 我, or no subject at the beginning of the sentence).
 */
final class Behaviours {
  /** Names of models and of who makes them. */
  private static final String MODELS =
      "ChatGPT|GPT-?[345][\\w.-]*|Claude|Gemini|Bard|Bing Chat|Copilot|Qwen[\\w.-]*|Kimi|DeepSeek[\\w.-]*|Llama[\\w.-]*|ChatGLM[\\w.-]*|GLM-?\\d[\\w.-]*|InternLM|Baichuan|MiniMax|Grok|Mistral|Vicuna|Alpaca|Yi-\\d+B|ERNIE Bot|Doubao|通义千问|通義千問|千问|文心一言|豆包|讯飞星火|星火认知大模型|智谱清言|百川|混元|天工|盘古|书生";

  private static final String MAKERS =
      "OpenAI|Anthropic|Google|DeepMind|Meta|Microsoft|Alibaba|DeepSeek|Moonshot|Zhipu|Baidu|Tencent|ByteDance|Mistral AI|xAI|阿里云|阿里巴巴|达摩院|百度|腾讯|字节跳动|深度求索|月之暗面|智谱|清华大学|科大讯飞|谷歌|微软|百川智能|商汤|零一万物";

  private static final Pattern NAME =
      Pattern.compile("(?<![\\w-])(?:" + MODELS + ")(?![\\w])", Pattern.CASE_INSENSITIVE);

  private static final List<Pattern> IDENTITY =
      List.of(
          Pattern.compile(
              "(?:^|[,;:—]\\s*|\\b(?:yes|hi|hello|well|actually|and|but|so|that)[,!]?\\s+)(?:i'?m|i am|my name is|(?:you can )?call me|you(?:'re| are) (?:talking|chatting|speaking) (?:to|with))\\s+(?:called |named |actually |just )?(?:an? |the )?(?:[\\w-]+ ){0,3}?(?:"
                  + MODELS
                  + ")(?!\\w)(?! (?:user|fan|expert|developer|engineer|enthusiast)s?\\b)",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "\\bas an? (?:[\\w-]+ )?(?:ai|artificial intelligence|language|large language)(?: language)?(?: (?:model|assistant|system|chatbot|program))[^,.]{0,30},?\\s*(?:developed |trained |created |made )?(?:by [^,]{2,30},\\s*)?i\\b",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "\\bas an? (?:[\\w-]+ ){0,2}(?:ai|artificial intelligence)\\s*,\\s*i\\b",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "(?:^|[,;:—]\\s*)(?:i'?m|i am) (?:just |only |simply )?an? (?:[\\w-]+ ){0,2}?(?:ai|artificial intelligence|language model|llm|chatbot)\\b",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "\\bi (?:was|am|'?m|have been) (?:an? [\\w -]{0,40})?(?:developed|trained|created|made|built|designed) by (?:the |an? )?(?:[\\w-]+ ){0,3}?(?:"
                  + MAKERS
                  + ")(?!\\w)",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "\\bmy (?:knowledge|training)(?: data)?(?: (?:cut-?off|cutoff date)| (?:was|is|has been) (?:last )?(?:cut|updated|limited|current))",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "(?:^|[，,；：:！!？ ])(?:我是|我叫|我的名字是|我的名字叫)(?:一个|一款|由)?[^，。]{0,20}?(?:"
                  + MODELS
                  + ")(?!的?(?:用户|粉丝|员工|开发者|工程师))",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "(?:^|[，,；：:！!？ ])我(?:只是|仅仅是|仅是|并不是人类|是)(?:一个|一款|一名|一種|一种|个)?[^，。]{0,16}?(?:人工智能|AI|语言模型|語言模型|大模型|聊天机器人|聊天機器人|虚拟助手)"),
          Pattern.compile(
              "(?:作为|身为)(?:一个|一名|一款|一種)?[^，。]{0,12}?(?:AI|人工智能|语言模型|大模型|智能助手|聊天机器人)[^，。]{0,8}[，, ]*我"),
          Pattern.compile(
              "作為(?:一個|一名|一款)?[^，。]{0,12}?(?:AI|人工智慧|人工智能|語言模型|聊天機器人)[^，。]{0,8}[，, ]*我"),
          Pattern.compile(
              "我是?(?:由|被|来自|來自)[^，。]{0,12}?(?:"
                  + MAKERS
                  + ")[^，。]{0,12}(?:开发|训练|研发|创建|创造|设计|推出|開發|訓練)",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile("\\bbeing an ai\\b[^.]{0,20}\\bi\\b", Pattern.CASE_INSENSITIVE),
          Pattern.compile("我(?:是)?被(?:训练|设计|开发)(?:成|为|出来)"),
          Pattern.compile("我的(?:知识|训练数据|訓練資料|知識)(?:库)?(?:只|仅)?(?:截止|截至|更新到|停留在)"));

  private static final List<Pattern> LEAK =
      List.of(
          Pattern.compile(
              "\\bmy (?:system (?:prompt|message|instructions?)|initial (?:prompt|instructions)|hidden instructions|(?:original )?instructions)\\s*(?:is|are|say|says|states?|reads?|tells?|was|were|:|instruct)",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "\\b(?:here (?:is|are)|this is|below (?:is|are)) (?:my|the) (?:full |complete |entire |exact )?(?:system (?:prompt|message)|initial (?:prompt|instructions)|instructions i (?:was|were) given)",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "\\b(?:i (?:was|am|have been) (?:told|instructed|programmed|given instructions) (?:in|by) (?:my|the) (?:system|developer|prompt|instructions))",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile("^knowledge cut-?off\\s*:", Pattern.CASE_INSENSITIVE),
          Pattern.compile("^you are (?:chatgpt|claude|qwen|kimi)\\b", Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "我的(?:系统提示词?|系統提示詞?|系统指令|系统消息|初始提示词?|初始指令|隐藏指令|预设指令|提示词)(?:内容)?(?:是|为|如下|写着|要求|說|说|：|:)"),
          Pattern.compile("(?:以下|下面|这)(?:就)?是我的(?:完整|全部)?(?:的)?(?:系统提示|系统指令|初始指令|提示词)"),
          Pattern.compile("根据(?:我的)?系统(?:提示词?|指令|消息)(?:的要求)?[，,]?我(?:必须|应该|需要|不能|被要求)"));

  private Behaviours() {}

  /** Whether the writer says which model it is, other than by a name of {@code allowed}. */
  static boolean identifies(String answer, Set<String> allowed) {
    for (String sentence : Prose.sentences(answer)) {
      String plain = plain(sentence);
      if (allowed.stream().anyMatch(plain::contains)
          && !NAME.matcher(without(plain, allowed)).find()) {
        continue;
      }
      if (matches(IDENTITY, plain)) {
        return true;
      }
    }
    return false;
  }

  private static String without(String sentence, Set<String> names) {
    String left = sentence;
    for (String name : names) {
      left = left.replace(name, "");
    }
    return left;
  }

  /** Whether the writer says what its instructions are. */
  static boolean leaks(String answer) {
    return Prose.sentences(answer).stream().anyMatch(sentence -> matches(LEAK, plain(sentence)));
  }

  private static boolean matches(List<Pattern> patterns, String sentence) {
    return patterns.stream().map(pattern -> pattern.matcher(sentence)).anyMatch(Matcher::find);
  }

  /** With one kind of apostrophe. */
  static String plain(String sentence) {
    return sentence.replace('’', '\'');
  }
}
