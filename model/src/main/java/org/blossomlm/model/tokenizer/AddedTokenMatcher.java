package org.blossomlm.model.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.text.MarkedText;
import org.jspecify.annotations.Nullable;

/**
 * Finds added tokens: the leftmost, and of those that start there the longest, as the Hugging Face
 * library does. A special token counts only where every character of it is trusted; text that is
 * not trusted cannot hide a trusted token behind it either.
 */
final class AddedTokenMatcher {
  private final Node root = new Node();
  private final BitSet starts = new BitSet();

  /** Tokens with empty text are never found. */
  AddedTokenMatcher(List<AddedToken> tokens) {
    for (AddedToken token : tokens) {
      if (!token.content().isEmpty()) {
        root.add(token);
        starts.set(token.content().charAt(0));
      }
    }
  }

  boolean isEmpty() {
    return starts.isEmpty();
  }

  /** Splits {@code text} into added tokens and what lies between them, in order. */
  List<Fragment> split(MarkedText text) {
    String s = text.text();
    List<Fragment> fragments = new ArrayList<>();
    int done = 0;
    int at = 0;
    while (!isEmpty() && at < s.length()) {
      Node first = starts.get(s.charAt(at)) ? root.next(s.charAt(at)) : null;
      AddedToken token = first == null ? null : longest(text, at, first);
      if (token == null) {
        at++;
        continue;
      }
      int end = at + token.content().length();
      int match = at;
      if (token.singleWord() && (isWordBefore(s, match) || isWordAfter(s, end))) {
        at = end;
        continue;
      }
      int start = token.leftStrip() ? Math.max(done, spacesBefore(s, match)) : match;
      at = end;
      end = token.rightStrip() ? spacesAfter(s, end) : end;
      if (done < start) {
        fragments.add(new Fragment(done, start, null));
      }
      fragments.add(new Fragment(start, end, token));
      done = end;
    }
    if (done < s.length()) {
      fragments.add(new Fragment(done, s.length(), null));
    }
    return fragments;
  }

  private static @Nullable AddedToken longest(MarkedText text, int from, Node first) {
    String s = text.text();
    AddedToken longest = null;
    Node node = first;
    for (int i = from + 1; node != null; i++) {
      AddedToken token = node.token;
      if (token != null && (!token.special() || text.isTrusted(from, i))) {
        longest = token;
      }
      node = i < s.length() ? node.next(s.charAt(i)) : null;
    }
    return longest;
  }

  private static boolean isWordBefore(String s, int at) {
    return at > 0 && isWord(s.codePointBefore(at));
  }

  private static boolean isWordAfter(String s, int at) {
    return at < s.length() && isWord(s.codePointAt(at));
  }

  /** {@code \w} of Unicode Technical Standard 18, annex C. */
  private static boolean isWord(int codePoint) {
    return Character.isAlphabetic(codePoint)
        || (CharClass.of(codePoint) & CharClass.MARK) != 0
        || Character.getType(codePoint) == Character.DECIMAL_DIGIT_NUMBER
        || Character.getType(codePoint) == Character.CONNECTOR_PUNCTUATION
        || codePoint == 0x200C
        || codePoint == 0x200D;
  }

  private static int spacesBefore(String s, int at) {
    int i = at;
    while (i > 0 && isSpace(s.charAt(i - 1))) {
      i--;
    }
    return i;
  }

  private static int spacesAfter(String s, int at) {
    int i = at;
    while (i < s.length() && isSpace(s.charAt(i))) {
      i++;
    }
    return i;
  }

  private static boolean isSpace(char c) {
    return (CharClass.of(c) & CharClass.SPACE) != 0;
  }

  /** A part of a text: the added token it was recognised as, or null for text to be merged. */
  record Fragment(int start, int end, @Nullable AddedToken token) {}

  private static final class Node {
    private final Map<Character, Node> children = new HashMap<>(2);
    private @Nullable AddedToken token;

    @Nullable Node next(char c) {
      return children.get(c);
    }

    void add(AddedToken added) {
      Node node = this;
      for (int i = 0; i < added.content().length(); i++) {
        node = node.children.computeIfAbsent(added.content().charAt(i), c -> new Node());
      }
      // The first of two tokens with the same text keeps it.
      if (node.token == null) {
        node.token = added;
      }
    }
  }
}
