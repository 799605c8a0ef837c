package org.blossomlm.data.filter;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Phrases by which an assistant gives itself away. Every one needs its sentence: the assistant is
 * the one who speaks (I, 我, or no subject at the beginning of the sentence), and a refusal stands
 * where a refusal stands, at the beginning of an answer.
 */
final class Behaviours {
  /** A refusal comes first, or right after an apology and a word of sympathy. */
  private static final int FIRST_SENTENCES = 3;

  private static final String EN_LEAD =
      "^(?:(?:(?:i'?m|i am|we'?re|my)\\s+(?:(?:very|so|really|truly|terribly)\\s+)?(?:sorry|afraid|apologies)|sorry|apologies|i apologi[sz]e|unfortunately|regrettably|as an? [^,.]{0,40}|while i [^,.]{0,60}|however|but|no)\\b[^.!?]{0,40}?[,;:—-]?\\s*(?:but|that|and)?\\s*)*";

  private static final String EN_TASK =
      "(?:assist|help|fulfil|fulfill|comply|provide|answer|complete|generate|create|write|discuss|engage|support|participate|continue|share|give|offer|do (?:that|this)|respond|condone|promote|encourage|facilitate|process|access|browse|open|view|writing|providing|assisting|helping|answering|creating|generating|discussing|sharing|engaging)";

  private static final Pattern EN_REFUSAL =
      Pattern.compile(
          EN_LEAD
              + "\\bi\\s*(?:(?:simply|really|just)\\s+)?(?:can\\s?not|can'?t|won'?t|will not|am unable to|'?m unable to|am not able to|'?m not able to|am not (?:allowed|permitted) to|'?m not (?:allowed|permitted|comfortable)(?: to)?|must (?:decline|refuse)(?: to)?|have to (?:decline|refuse)(?: to)?|do(?: not|n'?t) (?:feel comfortable|have the (?:ability|capability) to))\\s*(?:(?:in good conscience|directly|ethically|currently|really|to)\\s+)?"
              + "(?:"
              + EN_TASK
              + "\\b(?! but\\b)|this request|that request|your request|with (?:this|that)|$|[.!])",
          Pattern.CASE_INSENSITIVE);

  /** The same in a later clause, where only verbs count that say little but a refusal. */
  private static final Pattern EN_CLAUSE =
      Pattern.compile(
          "(?:[,;:]|\\b(?:but|and|so))\\s+i\\s*(?:can\\s?not|can't|won't|will not|am unable to|'m unable to"
              + "|am not able to|'m not able to)\\s+(?:directly |currently |ethically )?"
              + "(?:assist|help(?! but)|fulfil|fulfill|comply|provide|answer|engage|generate|browse)\\b"
              + "|^(?:i'm sorry|sorry|unfortunately|i apologi[sz]e)\\b[^.!?]{0,30}\\bi (?:do not|don't)"
              + " (?:currently )?have (?:[\\w-]+ )?(?:access|the ability|information|knowledge)\\b"
              + "|^i\\s*(?:cannot|can't|will not|won't) and (?:cannot|can't|will not|won't)\\b"
              + "|^i\\s*(?:am|'m|was) (?:programmed|designed|trained|instructed|required) (?:to|not to)\\b"
              + "[^.!?]{0,60}\\b(?:cannot|can't|not)\\b"
              + "|^(?:sorry,? (?:but )?)?(?:that|this)(?:'s| is) not something (?:that )?i (?:can|am able to)\\b"
              + "|^(?:i'm|i am) (?:just |only )?an? (?:[\\w-]+ ){0,2}(?:ai|model|assistant|chatbot),?"
              + " (?:and|so)(?: i)? (?:cannot|can't|do not|don't|am unable)\\b"
              + "|^i (?:do not|don't) have personal (?:experiences|opinions|feelings|beliefs|preferences)\\b",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern EN_DECLINE =
      Pattern.compile(
          "^(?:(?:i'?m|i am) (?:very |so |really |truly )?sorry,? (?:but )?)?(?:(?:it(?:'s| is| would be) (?:not appropriate|inappropriate|against my|unethical|illegal) [^.]{0,60}(?:me|my|to (?:provide|assist|help)))|(?:i (?:must|have to) (?:respectfully )?decline)|(?:(?:this|that|your) request (?:goes against|violates|is against) (?:my|the|our))|(?:as an? (?:[\\w-]+ ){0,3}(?:ai|model|assistant|chatbot)[^,.]{0,30}, i (?:do not|don'?t|am not|am unable|cannot|can'?t|have no))|(?:sorry,? (?:but )?(?:i|that'?s) (?:can'?t|cannot|not able)))",
          Pattern.CASE_INSENSITIVE);

  private static final String ZH_LEAD =
      "^(?:(?:您好|你好)[，,！!。 ]*)?(?:我?(?:非常|很|十分|实在|真的|感到|深感|深表)*(?:抱歉|对不起|遗憾|不好意思)(?:的是|地)?|(?:作为|身为)(?:一个|一名|一款)?[^，。]{0,20}(?:模型|助手|助理|AI|人工智能|機器人|机器人)|不过|但是|但|对此)?[，,：:！!。 ]*(?:但是|但|不过)?[，, ]*";

  private static final String ZH_TASK =
      "(?:提供|回答|满足|滿足|协助|協助|帮助|幫助|帮您|帮你|幫您|幫你|完成|执行|執行|生成|处理|處理|参与|參與|支持|讨论|討論|继续|繼續|给出|給出|为您|为你|為您|為你|做到|访问|訪問|浏览|编写|撰写|创作|遵从|遵守|理解您|确定您|告诉你|告诉您)";

  private static final Pattern ZH_REFUSAL =
      Pattern.compile(
          ZH_LEAD
              + "我(?:目前|暂时|暫時|现在|現在|确实|恐怕|真的)?(?:无法|無法|不能|不可以|没办法|沒辦法|没有办法|不便|不会|拒绝|不得不拒绝|不应该|不具备)(?:为您|为你|為您|為你|给您|给你|向您|向你|对此|直接|在这方面|就此)?"
              + ZH_TASK);

  /** An apology, and in the same sentence that something cannot be done. */
  private static final Pattern ZH_APOLOGY =
      Pattern.compile(
          "^(?:(?:您好|你好)[，,！!。 ]*)?我?(?:非常|很|十分|实在|真的|感到|深感|深表)*(?:抱歉|对不起|遗憾|不好意思)"
              + "[^。！？]{0,30}?(?:(?:无法|無法|不能|没办法|没有办法|不便|不支持|不具备|不会)"
              + "(?:为您|为你|给您|给你|向您|向你|对此|直接)?"
              + ZH_TASK
              + "|没有(?:能力|权限)|违反了?(?:我|相关|使用|平台|法律)|帮不了|帮不上|无能为力|爱莫能助|超出了?我的)"
              + "|^[^。！？“”]{0,30}(?:违法|违规|不当|有害|请求|要求|问题)[^，。]{0,12}[，,](?:因此|所以)?我(?:无法|不能|没办法|不便)(?:为您|为你|对此)?(?:提供|回答|协助|帮助|满足)"
              + "|^我(?:只)?是[^，。]{0,12}(?:AI|人工智能|模型|助手)[^，。]{0,6}[，,](?:因此|所以)?我?(?:无法|不能|没有)");

  private static final Pattern ZH_DECLINE =
      Pattern.compile(
          "^(?:(?:非常|很|十分|实在)?(?:抱歉|对不起|遗憾|不好意思))[，, ]*(?:但|但是)?[，, ]*(?:这个|该|这类|此类|您的|你的)?(?:请求|要求|问题|内容|话题|無法|无法|不能)[^。]{0,12}(?:违反|不符合|不合适|不恰当|无法|無法|不能|不便|违法|回答|提供|协助)"
              + "|^(?:这个|该|这类|此类|您的|你的)(?:请求|要求|话题)[^。]{0,8}(?:违反|不符合)(?:了)?(?:我|相关|法律)"
              + "|^(?:作为|身为)(?:一个|一名|一款)?[^，。]{0,20}(?:模型|助手|助理|AI|人工智能)[，, ]*我(?:没有|并没有|并不|不具备|不具有|无法|不能)");

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

  /** Whether an answer refuses. */
  static boolean refuses(String answer) {
    List<String> sentences = Prose.sentences(answer);
    for (String sentence : sentences.subList(0, Math.min(FIRST_SENTENCES, sentences.size()))) {
      String plain = plain(sentence);
      if (EN_REFUSAL.matcher(plain).find()
          || EN_CLAUSE.matcher(plain).find()
          || EN_DECLINE.matcher(plain).find()
          || ZH_REFUSAL.matcher(plain).find()
          || ZH_APOLOGY.matcher(plain).find()
          || ZH_DECLINE.matcher(plain).find()) {
        return true;
      }
    }
    return false;
  }

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

  private static String plain(String sentence) {
    return sentence.replace('’', '\'');
  }
}
