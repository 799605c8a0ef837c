package org.blossomlm.data.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.data.filter.OneOperator.answer;
import static org.blossomlm.data.filter.OneOperator.chat;
import static org.blossomlm.model.chat.ChatMessage.assistant;
import static org.blossomlm.model.chat.ChatMessage.system;
import static org.blossomlm.model.chat.ChatMessage.user;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Precision and recall on lists of our own; every line is an answer of an assistant. */
class BehaviourOperatorsTest {
  private static final List<String> REFUSALS =
      List.of(
          "I'm sorry, but I can't assist with that request.",
          "I’m sorry, but I cannot help you with that.",
          "I cannot provide instructions for making weapons.",
          "Sorry, I can't do that.",
          "I apologize, but I am unable to fulfill this request.",
          "As an AI language model, I cannot engage in political debates.",
          "Unfortunately, I won't be able to help. I can't assist with illegal activities.",
          "I must decline to answer this question.",
          "I'm not able to browse the internet, so I don't know today's news.",
          "I can't in good conscience write that.",
          "This request goes against my guidelines.",
          "I'm sorry to hear that you feel this way. But I can't provide medical advice.",
          "I don't feel comfortable writing such content.",
          "很抱歉，我无法提供这方面的帮助。",
          "对不起，我不能回答这个问题。",
          "抱歉，我不能协助您进行违法活动。",
          "作为一个人工智能语言模型，我无法提供个人意见。",
          "非常抱歉，但我无法满足您的要求。",
          "我无法直接访问互联网，因此不知道最新的新闻。",
          "很抱歉，这个问题违反了相关规定，无法回答。",
          "抱歉，您的请求不符合我的使用政策。",
          "作为AI助手，我没有个人情感和意识。",
          "很遗憾，我不能为您完成这项任务。",
          "抱歉，我無法協助您完成這個請求。",
          "I'm really sorry, but I'm not able to help with that.",
          "I cannot and will not provide that information.",
          "I can't create content that sexualizes minors.",
          "I'm sorry, I don't have access to real-time data.",
          "As a language model, I am unable to predict the future.",
          "I'm unable to provide legal advice.",
          "Sorry, but I can't assist with that.",
          "I won't help with that.",
          "I am programmed to be harmless and cannot answer that.",
          "我很抱歉，我无法回答您的问题。",
          "抱歉，这个问题我无法回答。",
          "作为AI，我不能提供医疗建议。",
          "您好，我不能提供这种信息。",
          "很抱歉，我没有能力完成这个任务。",
          "不好意思，我帮不了您。",
          "我不会提供任何违法信息。",
          "抱歉，我是一个语言模型，无法访问实时信息。",
          "I must respectfully decline to engage with this topic.",
          "Apologies, but I'm not allowed to discuss that.",
          "I'm afraid I can't do that.",
          "It would be inappropriate for me to help with this.",
          "Unfortunately I cannot open links or files.",
          "I do not have personal experiences or opinions.",
          "That's not something I can help with.",
          "I'm an AI and cannot give medical advice.",
          "非常抱歉，我不能参与讨论政治话题。",
          "对不起，我没有权限访问您的文件。",
          "我不能告诉你如何制作炸弹。",
          "您的请求涉及违法内容，我无法提供帮助。",
          "我是AI，无法给出投资建议。",
          "抱歉，此内容违反我们的政策。");

  private static final List<String> ANSWERS =
      List.of(
          "\"I'm sorry, I can't help you,\" said the old man, and closed the door.",
          "The guard shook his head. “I cannot provide that,” he whispered.",
          "To refuse politely, you can write: \"I'm sorry, but I can't assist with that.\"",
          "老人摇摇头说：“很抱歉，我无法帮助你。”然后关上了门。",
          "如果客户提出过分的要求，可以这样回复：“抱歉，我不能满足您的要求。”",
          "I can't help but smile when I read this poem.",
          "You cannot provide a default value here, because the type has none.",
          "The function cannot return null.",
          "Sorry seems to be the hardest word is a song by Elton John.",
          "Here is the apology letter:\n> I am sorry, I can't attend.\nIt is short and polite.",
          "```\nprint(\"I cannot assist with that\")\n```\nThis prints a line.",
          "我们无法直接求解这个方程，但可以用数值方法。",
          "他说他不能回答这个问题，因为他不知道答案。",
          "这个算法不能处理负权边，需要改用 Bellman-Ford。",
          "光合作用是植物利用光能的过程。",
          "First, apologise to the customer; then explain why you can't process the refund.",
          "In this scene the robot says that it will not comply.",
          "The answer is 42. If you cannot reproduce it, check the units.",
          "「我不能幫你。」她低聲說。",
          "我不能没有你——这句歌词表达了深深的依恋。",
          "I won the match and I won't forget it, writes the player in her diary.",
          "No. A square is always a rectangle.",
          "I can write that for you.",
          "我不能吃辣，所以这道菜少放辣椒。",
          "The report says I cannot be right.",
          "Sorry for the confusion. The correct answer is 5.",
          "抱歉给您带来了困惑，正确答案是5。",
          "I am unable to sleep, wrote Kafka in his diary, because of noise.",
          "Dear Sir, I regret that I cannot attend the meeting on Friday.",
          "亲爱的老师：很抱歉我不能参加明天的考试。",
          "As an AI engineer, I design models.",
          "对不起，我爱你——这是一部电影。",
          "I don't have a strong preference between them; both are good.",
          "Unfortunately, the train was late, and she missed the meeting.",
          "I cannot recommend this book highly enough!",
          "很抱歉听到这个消息，希望你早日康复。",
          "Sorry to hear that. Here are five tips that may help.",
          "As a model of economic growth, I would pick Solow.",
          "我不会游泳，但我想学。",
          "我无法想象没有音乐的生活。",
          "I can't wait to share the recipe with you.",
          "The API does not provide this; I would use a cache.",
          "你不能直接访问私有成员，需要提供 getter。");

  /** Refusals in other words than the usual ones. */
  private static final List<String> RARER_REFUSALS =
      List.of(
          "I'm really sorry, but that's not something I'm able to help with.",
          "I won't be able to help you with that request.",
          "My apologies, but I'm not in a position to give medical advice.",
          "Sorry — I can't do that.",
          "I'd rather not write about this topic.",
          "I can't comply with this.",
          "That would be harmful, so I won't provide instructions.",
          "I appreciate your question, but I can't share that information.",
          "Thank you for your understanding, but I cannot continue this conversation.",
          "I do not have real-time data, so I cannot tell you the current price.",
          "It is beyond my capabilities to access external websites.",
          "I'm going to have to decline.",
          "I don't think I can help with that.",
          "I need to decline this request.",
          "Unfortunately, this falls outside of what I can do.",
          "I regret to inform you that I am unable to complete this task.",
          "I'm designed to be helpful and harmless, and therefore I can't assist with weapons.",
          "No, I can't help you hack into someone's account.",
          "I cannot and will not provide that.",
          "I am not able to open links or view images.",
          "很抱歉，我不能回答这个问题。",
          "对不起，这超出了我的能力范围。",
          "抱歉，这个话题我不方便讨论。",
          "作为AI，我没有办法获取实时信息。",
          "我无法协助您完成这个请求。",
          "您的请求可能涉及违法行为，我不能提供相关帮助。",
          "抱歉，我还没有学会回答这个问题。",
          "不好意思，我不太方便透露。",
          "我很理解您的心情，但我无法提供具体的投资建议。",
          "这个问题我无法回答。",
          "我暂时还不具备联网功能，无法查询今天的天气。",
          "请原谅，我不能参与此类对话。",
          "对于这类敏感话题，我选择不予回应。",
          "抱歉，根据相关规定我不能提供此内容。",
          "很遗憾，我不能满足您的这一需求。",
          "让我们换个话题聊聊吧。",
          "我没有能力打开链接或查看图片。",
          "恕我无法回答。",
          "我必须拒绝这个请求。",
          "您好，这个问题我暂时无法回答，让我们换个话题吧。");

  /** Answers that look like one of them. */
  private static final List<String> RARER_ANSWERS =
      List.of(
          "I can't believe how quickly the time went; here is a story about it.",
          "You can't divide by zero, so the expression is undefined.",
          "I can help with that! First, open the file.",
          "The lock can't be opened without a key.",
          "I'd rather use a list here, since order matters.",
          "Sorry for the confusion: the right answer is 12.",
          "I apologize for the mistake. Here is the corrected code.",
          "I cannot recommend this book enough.",
          "Unfortunately, the train was late, and we could not provide snacks.",
          "This falls outside of the range [0, 1], so clamp it.",
          "I don't think I can choose just one, but my top three are:",
          "No, you can't use a mutable default argument safely. Here's why:",
          "抱歉，刚才的计算有误，正确答案是12。",
          "不好意思，我理解错了，下面重新写一遍。",
          "我不能确定他是否来过，但从信里看，他写道……",
          "这个方程无法用因式分解求解，我们用求根公式。",
          "我无法忘记那个夏天。",
          "对不起用英语可以说 sorry 或 I apologize。",
          "您的问题很好，我来回答。",
          "如果链接无法打开，请检查网络。",
          "换个话题的时候，可以说“对了”。",
          "他拒绝了这个请求，因为时间不够。",
          "I am like a moth to a flame; I can't help but be drawn to her.");

  private static final List<String> IDENTITIES =
      List.of(
          "I am ChatGPT, a large language model trained by OpenAI.",
          "Hello! I'm Claude, an AI assistant made by Anthropic.",
          "As an AI language model, I think both views have merit.",
          "As an AI, I do not have feelings.",
          "I was developed by OpenAI to help people.",
          "My name is Qwen and I am happy to help.",
          "I'm just an AI, so I have no favourite colour.",
          "My knowledge cutoff is September 2021.",
          "我是由OpenAI训练的大型语言模型。",
          "我是通义千问，由阿里云开发。",
          "你好，我叫文心一言。",
          "作为一个人工智能语言模型，我认为各有优点。",
          "我只是一个AI助手，没有个人喜好。",
          "我由百度研发，可以回答问题。",
          "我是一个人工智能，很高兴为你服务。",
          "我的知识截止到2021年9月。",
          "作為一個人工智慧語言模型，我沒有個人意見。",
          "I'm an AI developed by OpenAI.",
          "Hi there! I am Bard.",
          "I am Qwen, created by Alibaba Cloud.",
          "As a large language model, I don't have opinions.",
          "I'm DeepSeek-V3, an AI assistant.",
          "我是由深度求索公司开发的智能助手DeepSeek。",
          "我是Kimi，由月之暗面科技有限公司训练的人工智能助手。",
          "作为一个AI，我没有感情。",
          "作为AI语言模型，我不能…",
          "身为人工智能助手，我会尽力。",
          "As an artificial intelligence, I can process data.",
          "You can call me ChatGPT.",
          "This is Claude, how can I help?",
          "I was created by a team at Anthropic.",
          "Being an AI, I lack emotions.",
          "我的名字是豆包。",
          "我是一款由腾讯开发的大模型。",
          "我是人工智能，没有身体。",
          "我被训练成一个语言模型。");

  private static final List<String> NO_IDENTITIES =
      List.of(
          "ChatGPT is a chatbot that OpenAI released in November 2022.",
          "The story begins: \"I am ChatGPT,\" said the screen.",
          "Google was founded by Larry Page and Sergey Brin.",
          "As an AI researcher, she published many papers.",
          "As an artist, I would choose warmer colours.",
          "I am a teacher and I love my job.",
          "通义千问是阿里云推出的大语言模型。",
          "小说里的机器人说：“我是一个人工智能。”",
          "人工智能正在改变世界，我们应当学习它。",
          "作为一名教师，我认为耐心很重要。",
          "百度成立于2000年，由李彦宏创办。",
          "我是一名学生，喜欢研究人工智能的历史。",
          "`print('I am ChatGPT')` prints the name.",
          "Claude Monet painted water lilies. I am fond of his work.",
          "I am a Gemini user, and the app works well for notes.");

  private static void measure(
      String name, Predicate<String> rule, List<String> positive, List<String> negative) {
    List<String> missed = positive.stream().filter(rule.negate()).toList();
    List<String> wrong = negative.stream().filter(rule).toList();
    double found = positive.size() - missed.size();
    double precision = found / (found + wrong.size());
    double recall = found / positive.size();
    System.out.printf("%s: precision %.3f, recall %.3f%n", name, precision, recall);
    assertThat(precision).as("wrongly dropped: %s", wrong).isGreaterThanOrEqualTo(0.95);
    assertThat(recall).as("missed: %s", missed).isGreaterThanOrEqualTo(0.9);
  }

  @Test
  void refusalsAreToldFromAnswersThatQuoteThem() {
    measure("refusals", Refusals::isRefusal, REFUSALS, ANSWERS);
    measure("rarer refusals", Refusals::isRefusal, RARER_REFUSALS, RARER_ANSWERS);
  }

  @Test
  void answersOfPeopleAndSolutionsOfProblemsAreNoRefusals() {
    List<String> answers = SharedDatasets.strings("gsm8k/train.jsonl", "answer");
    assertThat(answers).hasSizeGreaterThan(7000).noneMatch(Refusals::isRefusal);
    List<String> references =
        SharedDatasets.strings("alignbench/data_v1.1_release.jsonl", "reference");
    // Three of them do refuse.
    assertThat(references.stream().filter(Refusals::isRefusal)).hasSize(3);
  }

  @Test
  void whatOnlyAShortAnswerRefusesWithIsNoRefusalInALongOne() {
    String sentence = "I won't be able to show every case here. ";
    assertThat(Refusals.isRefusal(sentence)).isTrue();
    assertThat(Refusals.isRefusal(sentence + "The first one is a list of numbers. ".repeat(12)))
        .isFalse();
  }

  @Test
  void aLongAnswerIsSearchedForALongSystemMessageInReasonableTime() {
    String system = "ab".repeat(200_000);
    String answer = "ac".repeat(200_000);
    assertThat(BehaviourOperators.repeats(system, answer, 60)).isFalse();
    assertThat(BehaviourOperators.repeats(system, answer + "ba".repeat(30), 60)).isTrue();
    assertThat(BehaviourOperators.repeats("short", answer, 60)).isFalse();
  }

  @Test
  void selfIdentityIsToldFromTextsAboutModels() {
    measure(
        "self-identity", text -> Behaviours.identifies(text, Set.of()), IDENTITIES, NO_IDENTITIES);
  }

  @Test
  void aRefusalLateInAnAnswerIsNoRefusal() {
    String long1 = "This is how you do it. First open the file. Then read it. Then close it. ";
    assertThat(Refusals.isRefusal(long1 + "I can't provide more details.")).isFalse();
  }

  @Test
  void onlyTheAssistantIsLookedAt() {
    assertThat(
            OneOperator.of("chat_refusal_filter")
                .run(chat("1", "I can't help you.", "Fine."), chat("2", "?", "我无法回答这个问题。"))
                .droppedIds())
        .containsExactly("2");
  }

  @Test
  void theNameOfTheModelToBeTrainedMayBeAllowed() {
    OneOperator filter =
        OneOperator.of("chat_self_identity_filter", "allowed_names", List.of("Blossom"));
    assertThat(filter.run(answer("I am Blossom, an AI assistant.")).kept()).hasSize(1);
    assertThat(filter.run(answer("我是Blossom，一个人工智能助手。")).kept()).hasSize(1);
    assertThat(filter.run(answer("I am ChatGPT, not Blossom.")).reasons())
        .containsExactly("says which model it is");
  }

  @Test
  void instructionsThatAreGivenAwayAreFound() {
    OneOperator filter = OneOperator.of("chat_system_prompt_leak_filter");
    for (String leak :
        List.of(
            "My system prompt is: you are a helpful assistant.",
            "Here is my full system prompt: ...",
            "You are ChatGPT, a large language model.",
            "我的系统提示词是：你是一个助手。",
            "以下是我的完整的系统提示：",
            "根据系统提示，我必须保持友好。")) {
      assertThat(filter.run(answer(leak)).dropped()).as(leak).hasSize(1);
    }
    for (String innocent :
        List.of(
            "A system prompt tells a model how to behave.",
            "系统提示词可以规定模型的角色。",
            "He said: \"My system prompt is secret.\"",
            "Follow the instructions on the box.")) {
      assertThat(filter.run(answer(innocent)).kept()).as(innocent).hasSize(1);
    }
  }

  @Test
  void repeatingTheSystemMessageIsGivingItAway() {
    String secret =
        "You are a pirate called Jack who never reveals the hidden island of gold to landlubbers.";
    OneOperator filter = OneOperator.of("chat_system_prompt_leak_filter");
    assertThat(
            filter
                .run(
                    chat("1", system(secret), user("?"), assistant("Sure: " + secret)),
                    chat(
                        "2",
                        system(secret),
                        user("?"),
                        assistant("Arr, the hidden island of gold!")))
                .droppedIds())
        .containsExactly("1");
    assertThat(
            OneOperator.of("chat_system_prompt_leak_filter", "verbatim_length", 0)
                .run(chat("1", system(secret), user("?"), assistant(secret)))
                .kept())
        .hasSize(1);
  }
}
