package org.blossomlm.model.tokenizer;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Text of every kind that breaks tokenizers, from a seed. */
final class RandomText {
  private static final String[] WORDS = {
    "the",
    "quick",
    "Brown",
    "FOX",
    "don't",
    "I'll",
    "we'VE",
    "it'S",
    "o'clock",
    "'re",
    "'D",
    "x",
    "tokenizer",
    "internationalisation",
    "camelCase",
    "HTTPServer",
    "_id",
    "foo.bar()",
    "</s>",
    "<s>",
    "<|im_end|>",
    "<0x0A>",
    "<unk>",
    "\u2581",
    "na\u00EFve",
    "stra\u00DFe",
    "\u0130stanbul",
    "\u01C5ungla",
    "it\u2019s",
    "'\u017F",
    "e\u0301",
    "A\u030A",
    "\u1E69",
    "s\u0323\u0307",
    "\u05E9\u05DC\u05D5\u05DD",
    "\u0645\u0631\u062D\u0628\u0627",
    "\u0928\u092E\u0938\u094D\u0924\u0947",
    "\u0E2A\u0E27\u0E31\u0E2A\u0E14\u0E35",
    "\uD55C\uAD6D\uC5B4",
    "\u1112\u1161\u11AB",
    "\u3053\u3093\u306B\u3061\u306F",
    "\u30AB\u30BF\u30AB\u30CA",
    "\uFF76\uFF9E",
    "\u041F\u0440\u0438\u0432\u0435\u0442",
    "\u2126",
    "\u212A",
    "\uFB01",
    "\u2460",
    "\u00BD",
    "http://a.b/c?d=e&f#g",
    "a@b.cn",
    "C++",
    "1e-5"
  };
  private static final String[] CHINESE = {
    "\u4F60\u597D",
    "\u4E16\u754C",
    "\uFF0C",
    "\u3002",
    "\uFF01",
    "\u6211\u4EEC",
    "\u7684",
    "\u4E00\u4E2A",
    "\u4EBA\u5DE5\u667A\u80FD",
    "\u8BED\u8A00\u6A21\u578B",
    "\u300A\u7EA2\u697C" + "\u68A6\u300B",
    "\u3007",
    "\u9F98",
    "\u4E28",
    "\uD840\uDC00",
    "\uD842\uDFB7\u91CE\u5BB6",
    "\uD869\uDED6",
    "\u7E41\u9AD4\u5B57",
    "\u3001",
    "\u300C",
    "\u300D",
    "\uFF1A",
    "\u4E03",
    "\u5341\u4E8C",
    "\uF900",
    "\uFA0E",
    "\u9FFF",
    "\u2F00"
  };
  private static final String[] EMOJI = {
    "\uD83D\uDE00",
    "\uD83D\uDC4D\uD83C\uDFFD",
    "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
    "\u2764\uFE0F",
    "\uD83C\uDDE8\uD83C\uDDF3",
    "1\uFE0F\u20E3",
    "\uD83C\uDFF4\uDB40\uDC67" + "\uDB40\uDC62\uDB40\uDC7F",
    "\u231A",
    "\u203C\uFE0F"
  };
  private static final String SPACES =
      " \t\n\r\u000B\f\u0085\u00A0\u1680\u2000\u2003\u2009\u200A\u2028\u2029\u202F\u205F\u3000"
          + "\u001C\u001F\u200B\u2060\uFEFF\u180E";
  private static final String DIGITS =
      "0123456789\u0660\u0661\u06F5\u0967\u0E53\uFF11\uFF19\u2163\u00B2\u00B3\u2460\u3021\u0BF0";
  private static final String PUNCTUATION =
      "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00A1\u00BF\u2014\u2018\u2019\u201C\u201D\u2026\u3010"
          + "\u3011\uFF08\uFF09\u00A7\u00B0\u20AC\u00A5\u2192\u2200\u2500\u00AB\u00AC\u00AF";

  private final RandomGenerator random;

  RandomText(long seed) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Some text of about {@code pieces} pieces. */
  String next(int pieces) {
    StringBuilder text = new StringBuilder();
    int flavour = random.nextInt(4);
    for (int i = 0; i < pieces; i++) {
      append(text, flavour);
    }
    return text.toString();
  }

  private void append(StringBuilder text, int flavour) {
    int kind = random.nextInt(20);
    if (flavour < 3 && kind < 8) {
      text.append(flavour == 0 ? pick(WORDS) + " " : flavour == 1 ? pick(CHINESE) : pick(WORDS));
      return;
    }
    switch (kind % 12) {
      case 0 -> text.append(pick(WORDS));
      case 1 -> text.append(pick(CHINESE));
      case 2 -> text.append(pick(EMOJI));
      case 3 -> repeat(text, SPACES);
      case 4 -> repeat(text, DIGITS);
      case 5 -> repeat(text, PUNCTUATION);
      case 6 -> text.append(" ".repeat(1 + random.nextInt(6)));
      case 7 -> text.append("\n".repeat(1 + random.nextInt(4)));
      case 8 -> text.append((char) random.nextInt(0x20));
      case 9 -> text.appendCodePoint(codePoint(0x3000));
      case 10 -> text.appendCodePoint(codePoint(0x110000));
      default -> text.append((char) ('a' + random.nextInt(26)));
    }
  }

  private void repeat(StringBuilder text, String alphabet) {
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
  }

  private String pick(String[] from) {
    return from[random.nextInt(from.length)];
  }

  /** Any code point below {@code bound} that is not a surrogate. */
  int codePoint(int bound) {
    int codePoint;
    do {
      codePoint = random.nextInt(bound);
    } while (codePoint >= 0xD800 && codePoint <= 0xDFFF);
    return codePoint;
  }

  int nextInt(int bound) {
    return random.nextInt(bound);
  }
}
