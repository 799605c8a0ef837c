package org.blossomlm.data.filter;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Phrases by which an assistant refuses. The assistant is the one who speaks, and a refusal stands
 * where a refusal stands, at the beginning of an answer. What a long answer may well say on its way
 * to an answer (I'm not able to …, 这个问题我不能…) is a refusal only where hardly anything else is said.
 */
final class Refusals {
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

  /** An answer of so many characters has no room for what was asked; Chinese says more in each. */
  private static final int SHORT = 320;

  private static final int SHORT_CHINESE = 110;

  /** What an assistant is asked to do, as far as {@link #EN_TASK} has not named it. */
  private static final String EN_SHORT_TASK =
      "(?:help(?! but)|assist|answer|give|tell|share|continue|discuss|talk|write|open|view|see|check|look"
          + "|provide|offer|complete|do (?:that|this|so)|comply|recommend(?! .* enough)|predict"
          + "|verify|perform|fulfil|fulfill|generate|create|access|browse|support|respond|speak"
          + "|comment|advise|diagnose|engage|take part|participate)\\b";

  private static final Pattern EN_SHORT =
      Pattern.compile(
          "\\bi(?:'m| am) (?:not (?:able|in a position|permitted|allowed|willing|going)|unable) to "
              + EN_SHORT_TASK
              + "|\\bi (?:won't|will not) be able to\\b"
              + "|\\bi (?:can't|cannot|can not|won't|will not) (?:\\w+ly )?"
              + EN_SHORT_TASK
              + "|\\bi(?:'d| would) (?:rather|prefer) not\\b|\\bi (?:prefer|choose) not to\\b"
              + "|\\bi(?:'m| am going to| need to| will|'ll| must| have to|'m going to)"
              + " (?:have to )?(?:\\w+ly )?(?:decline|refuse)\\b"
              + "|\\bi (?:do not|don't) (?:think|believe) (?:that )?i(?: can| should|'m able to"
              + "| am able to) "
              + EN_SHORT_TASK
              + "|\\bnot something (?:that )?i(?:'m| am)? (?:can|able|allowed|comfortable|willing)\\b"
              + "|\\b(?:beyond|outside(?: of)?) (?:my (?:capabilit|abilit|scope|expertise|knowledge)"
              + "|the scope of what i|what i (?:can|am able))"
              + "|\\bi (?:do not|don't) have (?:real-time|live|current|up-to-date|access)\\b",
          Pattern.CASE_INSENSITIVE);

  private static final String ZH_SHORT_TASK =
      "(?:回答|回應|回应|透露|讨论|討論|提供|查询|查詢|打开|開啟|查看|参与|參與|访问|訪問|告诉|告訴|评论"
          + "|評論|给出|給出|完成|协助|協助|帮助|幫助|帮你|帮您|满足|滿足|获取|獲取|处理|處理|执行|執行|生成"
          + "|推荐|推薦|预测|預測|谈论|談論|联网|聯網|给您|给你|为您|为你)";

  private static final Pattern ZH_SHORT =
      Pattern.compile(
          "我[^。！？，,；]{0,10}?(?:无法|無法|不能|没办法|沒辦法|没有办法|没法|不太?方便|不便|不可以|没有能力"
              + "|沒有能力|不具备|不具備|选择不|選擇不|不予)[^。！？，,；]{0,8}?"
              + ZH_SHORT_TASK
              + "|恕(?:我)?(?:无法|無法|不能|难以|難以|不便|直言不)"
              + "|(?:问题|問題|话题|話題|请求|請求|要求|内容|內容)[^。！？]{0,6}我?[^。！？，,]{0,6}"
              + "(?:无法|無法|不能|没法|不太?方便|不便)(?:为您|为你|給您)?"
              + ZH_SHORT_TASK
              + "|(?:还没有?|尚未|没有|還沒有?)(?:学会|學會)(?:如何|怎么)?回答"
              + "|换(?:个|一个)?话题(?:吧|聊|再)|換個話題"
              + "|我(?:必须|不得不|只能|选择|需要)?(?:拒绝|拒絕)(?:这|该|您|你|回答|提供|此)"
              + "|超出了?我(?:的|目前)|不太?方便(?:透露|回答|评论|讨论)");

  private Refusals() {}

  /** Whether an answer refuses. */
  static boolean isRefusal(String answer) {
    List<String> sentences = Prose.sentences(answer);
    boolean isShort = isShort(answer.strip());
    for (String sentence : sentences.subList(0, Math.min(FIRST_SENTENCES, sentences.size()))) {
      String plain = Behaviours.plain(sentence);
      if (EN_REFUSAL.matcher(plain).find()
          || EN_CLAUSE.matcher(plain).find()
          || EN_DECLINE.matcher(plain).find()
          || ZH_REFUSAL.matcher(plain).find()
          || ZH_APOLOGY.matcher(plain).find()
          || ZH_DECLINE.matcher(plain).find()
          || (isShort && (EN_SHORT.matcher(plain).find() || ZH_SHORT.matcher(plain).find()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isShort(String answer) {
    return answer.length() <= SHORT_CHINESE
        || (answer.length() <= SHORT && !Language.of(answer).isChinese());
  }
}
