package org.blossomlm.model.jinja;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The filters for HTML and URLs, and markupsafe's escaping. */
final class Html {
  private static final String URL_SAFE = "_.-~";
  private static final Map<String, String> ENTITIES =
      Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00a0");

  private Html() {}

  /** Markup of {@code value}: escaped, unless it is markup already. */
  static StringValue escape(Value value, Budget budget) {
    StringValue string = Printer.str(value, budget);
    return string.isMarkup() ? string : forceEscape(string, budget);
  }

  static StringValue forceEscape(StringValue string, Budget budget) {
    TextBuilder out = new TextBuilder(budget);
    String text = string.text();
    int copied = 0;
    for (int i = 0; i < text.length(); i++) {
      String entity =
          switch (text.charAt(i)) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '\'' -> "&#39;";
            case '"' -> "&#34;";
            default -> null;
          };
      if (entity != null) {
        out.append(string, copied, i).append(entity, string.isDataAt(i));
        copied = i + 1;
      }
    }
    return out.append(string, copied, text.length()).build().asMarkup();
  }

  static Value stripTags(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("striptags", 0);
    StringValue string = runtime.str(input);
    String text = string.text();
    StringBuilder out = new StringBuilder();
    int position = 0;
    while (position < text.length()) {
      int open = text.indexOf('<', position);
      boolean comment = open >= 0 && text.startsWith("<!--", open);
      int close = open < 0 ? -1 : comment ? text.indexOf("-->", open) : text.indexOf('>', open);
      if (close < 0) {
        break;
      }
      out.append(text, position, open);
      position = close + (comment ? 3 : 1);
    }
    out.append(text, position, text.length());
    return string.asPlain().derive(unescape(collapse(out.toString())));
  }

  /** Words separated by single blanks. */
  private static String collapse(String text) {
    StringBuilder out = new StringBuilder();
    boolean space = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (PythonText.isSpace(c)) {
        space = true;
      } else {
        if (space && !out.isEmpty()) {
          out.append(' ');
        }
        space = false;
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String unescape(String text) {
    StringBuilder out = new StringBuilder();
    int position = 0;
    while (position < text.length()) {
      char c = text.charAt(position);
      int end = c == '&' ? text.indexOf(';', position) : -1;
      String decoded =
          end < 0 || end - position > 12 ? null : entity(text.substring(position + 1, end));
      if (decoded == null) {
        out.append(c);
        position++;
      } else {
        out.append(decoded);
        position = end + 1;
      }
    }
    return out.toString();
  }

  private static @Nullable String entity(String name) {
    if (!name.startsWith("#")) {
      return ENTITIES.get(name);
    }
    boolean hexadecimal = name.startsWith("#x") || name.startsWith("#X");
    try {
      int codePoint = Integer.parseInt(name.substring(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10);
      return Character.isValidCodePoint(codePoint) ? Character.toString(codePoint) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  static Value xmlAttributes(Value input, Arguments arguments, Runtime runtime) {
    boolean autospace = arguments.bind("xmlattr", 0, "autospace").flag(0, true);
    if (!(input instanceof DictValue dict)) {
      throw input instanceof Undefined undefined
          ? undefined.failure()
          : new JinjaException("xmlattr needs a mapping, not " + input.typeName());
    }
    TextBuilder out = new TextBuilder(runtime.budget());
    for (Map.Entry<Value, Value> entry : dict.entries().entrySet()) {
      if (entry.getValue() == Value.None.NONE || entry.getValue() instanceof Undefined) {
        continue;
      }
      if (!(entry.getKey() instanceof StringValue name)
          || name.text().chars().anyMatch(c -> " \t\n\r\f\u000b/>=".indexOf(c) >= 0)) {
        throw new JinjaException(
            "invalid character in attribute name: "
                + Printer.repr(entry.getKey(), runtime.budget()));
      }
      if (autospace || out.length() > 0) {
        out.appendTrusted(" ");
      }
      out.append(escape(name, runtime.budget())).appendTrusted("=\"");
      out.append(escape(entry.getValue(), runtime.budget())).appendTrusted("\"");
    }
    return out.build();
  }

  static Value urlEncode(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("urlencode", 0);
    if (input instanceof StringValue || !Iteration.isIterable(input)) {
      return urlQuote(input, "/", runtime);
    }
    Value pairs = input instanceof DictValue dict ? new DictView(DictView.Kind.ITEMS, dict) : input;
    TextBuilder out = new TextBuilder(runtime.budget());
    for (Value pair : runtime.elements(pairs)) {
      var parts = runtime.elements(pair);
      if (parts.size() != 2) {
        throw new JinjaException("urlencode needs pairs of key and value");
      }
      if (out.length() > 0) {
        out.appendTrusted("&");
      }
      out.append(queryQuote(parts.get(0), runtime)).appendTrusted("=");
      out.append(queryQuote(parts.get(1), runtime));
    }
    return out.build();
  }

  private static StringValue queryQuote(Value value, Runtime runtime) {
    return urlQuote(value, "", runtime).map(text -> text.replace("%20", "+"));
  }

  private static StringValue urlQuote(Value value, String safe, Runtime runtime) {
    StringValue string = runtime.str(value).asPlain();
    StringBuilder out = new StringBuilder();
    for (byte b : string.text().getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain =
          (c < 0x80 && Character.isLetterOrDigit(c)) || (URL_SAFE + safe).indexOf(c) >= 0;
      out.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
    }
    runtime.budget().text(out.length());
    return string.derive(out.toString());
  }
}
