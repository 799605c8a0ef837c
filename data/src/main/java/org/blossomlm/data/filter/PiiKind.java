package org.blossomlm.data.filter;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What identifies a person or opens an account. A pattern finds candidates, and where the thing has
 * a checksum or rules of its own, they decide; a number in a calculation should stay a number. The
 * order is that of masking: longer and more certain things first.
 */
enum PiiKind {
  /** Keys of well-known services, tokens, private keys in PEM. */
  API_KEY(
      "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----"
          + "|(?<![\\w-])(?:sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}"
          + "|github_pat_\\w{30,}|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|xox[abprs]-[\\w-]{10,}"
          + "|hf_[A-Za-z0-9]{30,}|glpat-[\\w-]{20,}|LTAI[A-Za-z0-9]{12,20}"
          + "|eyJ[\\w-]{10,}\\.eyJ[\\w-]{10,}\\.[\\w-]{10,})",
      PiiKind::looksRandom),
  EMAIL(
      "(?<![\\w.+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}(?![\\w-])",
      candidate -> true),
  /** Identity number of the People's Republic: 17 digits and a check character (GB 11643). */
  CN_ID(
      "(?<![\\dA-Za-z])[1-9]\\d{5}(?:18|19|20)\\d{9}[\\dXx](?![\\dA-Za-z])", PiiKind::isChineseId),
  /** Payment cards: the ranges of issuers in use and Luhn's check digit (ISO/IEC 7812). */
  BANK_CARD(
      "(?<![\\d.,-])(?:\\d{4}(?:[ -]\\d{4}){3}(?:[ -]?\\d{1,3})?|\\d{4}[ -]\\d{6}[ -]\\d{5}|\\d{15,19})(?![\\d,-]|\\.\\d)",
      PiiKind::isCard),
  /**
   * Chinese mobile and landline numbers, international numbers with a plus, North American ones
   * with separators.
   */
  PHONE(
      "(?<![\\w+.-])(?:(?:\\+?86|0086)[ -]?)?1[3-9]\\d(?:\\d{8}|[ -]\\d{4}[ -]\\d{4})(?![\\w.-]?\\d)"
          + "|(?<![\\w+.-])(?:\\(0\\d{2,3}\\)[ ]?|（0\\d{2,3}）|0\\d{2,3}-)[2-9]\\d{6,7}(?![\\w-]?\\d)"
          + "|(?<![\\w+])\\+[1-9]\\d{0,2}(?:[ .-]?\\(\\d{1,4}\\))?(?:[ .-]?\\d{2,4}){2,5}(?!\\d)"
          + "|(?<![\\w+.-])(?:1[ -])?(?:\\([2-9]\\d{2}\\)[ ]?|[2-9]\\d{2}[-.])[2-9]\\d{2}[-.]\\d{4}(?![\\w-]?\\d)",
      PiiKind::isPhone),
  /** Public addresses; those of private networks, loopback and documentation identify nobody. */
  IPV4(
      "(?<![\\w.])(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}(?![\\w]|\\.\\d)",
      PiiKind::isPublicV4),
  IPV6("(?<![\\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\\w:])", PiiKind::isPublicV6);

  private static final int[] ID_WEIGHTS = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  private static final String ID_CHECKS = "10X98765432";

  private final Pattern pattern;
  private final Predicate<String> rules;

  PiiKind(String regex, Predicate<String> rules) {
    // Not \d in Unicode: full-width digits are not how such numbers are written.
    this.pattern = Pattern.compile(regex, Pattern.DOTALL);
    this.rules = rules;
  }

  /** {@code text} with {@code label} for each match; {@code found} runs once for each. */
  String replaceAll(String text, String label, Runnable found) {
    Matcher matcher = pattern.matcher(text);
    StringBuilder changed = new StringBuilder();
    while (matcher.find()) {
      if (rules.test(matcher.group())) {
        found.run();
        matcher.appendReplacement(changed, Matcher.quoteReplacement(label));
      }
    }
    return changed.isEmpty() ? text : matcher.appendTail(changed).toString();
  }

  /** A placeholder such as {@code sk-xxxxxxxxxxxxxxxxxxxxxxxx} is no key. */
  private static boolean looksRandom(String candidate) {
    return candidate.startsWith("-----")
        || candidate.chars().distinct().count() >= 10
            && candidate.chars().anyMatch(Character::isDigit);
  }

  static boolean isChineseId(String id) {
    int month = Integer.parseInt(id.substring(10, 12));
    int day = Integer.parseInt(id.substring(12, 14));
    if (month < 1 || month > 12 || day < 1 || day > 31) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < ID_WEIGHTS.length; i++) {
      sum += (id.charAt(i) - '0') * ID_WEIGHTS[i];
    }
    return ID_CHECKS.charAt(sum % 11) == Character.toUpperCase(id.charAt(17));
  }

  static boolean isCard(String candidate) {
    String digits = candidate.replaceAll("[ -]", "");
    int length = digits.length();
    boolean issued =
        digits.startsWith("62") && length >= 16 && length <= 19
            || digits.startsWith("4") && (length == 16 || length == 19)
            || digits.matches("5[1-5].*|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720).*") && length == 16
            || digits.matches("3[47].*") && length == 15
            || digits.matches("6(?:011|5|4[4-9]).*") && length == 16
            || digits.matches("35(?:2[89]|[3-8]).*") && length == 16
            || digits.startsWith("9") && length >= 16;
    return issued && luhn(digits);
  }

  private static boolean luhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int doubled = i % 2 == 0 ? digit : 2 * digit;
      sum += doubled > 9 ? doubled - 9 : doubled;
    }
    return sum % 10 == 0;
  }

  private static boolean isPhone(String candidate) {
    long digits = candidate.chars().filter(c -> c >= '0' && c <= '9').count();
    return digits >= 8 && digits <= 15;
  }

  static boolean isPublicV4(String address) {
    String[] parts = address.split("\\.");
    int a = Integer.parseInt(parts[0]);
    int b = Integer.parseInt(parts[1]);
    int c = Integer.parseInt(parts[2]);
    boolean special =
        a == 0
            || a == 10
            || a == 127
            || a >= 224
            || a == 169 && b == 254
            || a == 172 && b >= 16 && b < 32
            || a == 192 && b == 168
            || a == 192 && b == 0 && c == 2
            || a == 198 && (b == 18 || b == 19 || b == 51 && c == 100)
            || a == 203 && b == 0 && c == 113
            || a == 100 && b >= 64 && b < 128;
    // 1.2.3.4 and 8.8.8.8-like: one digit everywhere is a version, a chapter or a public resolver.
    boolean version = address.length() == 7;
    return !special && !version;
  }

  static boolean isPublicV6(String address) {
    String lower = address.toLowerCase(Locale.ROOT);
    long groups = Arrays.stream(lower.split(":")).filter(g -> !g.isEmpty()).count();
    boolean compressed = lower.contains("::");
    boolean wellFormed =
        lower.indexOf("::") == lower.lastIndexOf("::")
            && !lower.contains(":::")
            && (compressed ? groups >= 2 && groups < 8 : groups == 8);
    boolean local =
        lower.startsWith("fe8")
            || lower.startsWith("fc")
            || lower.startsWith("fd")
            || lower.startsWith("2001:db8")
            || lower.startsWith("::1");
    return wellFormed && !local;
  }
}
