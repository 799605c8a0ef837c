package org.blossomlm.data.teacher;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;

/**
 * A model behind an HTTP service that speaks OpenAI's API. As a configuration has it:
 *
 * <pre>{@code
 * model: deepseek-v4-flash
 * base_url: https://api.deepseek.com/v1   # OpenAI's where it is absent
 * keys: [DEEPSEEK_API_KEY]                # names of environment variables, never keys
 * parameters: {temperature: 0.7}          # beneath those of a request
 * reasoning: never | always | with_tool_calls
 * stream: true
 * structured_output: none | json_object | json_schema
 * price: {prompt: 0.14, cached_prompt: 0.0028, completion: 0.28}   # or: free
 * completion_estimate: 1024               # tokens, where a request has no max_tokens
 * requests_per_minute: 500, tokens_per_minute: 200000, concurrency: 32
 * timeout: 600                            # see RetrySettings and CallLimits
 * }</pre>
 *
 * @param base without a slash at its end; {@code /chat/completions} and {@code /embeddings} follow
 * @param keyVariables environment variables; each holds a key, or several with commas between. Keys
 *     are used in turn. None sends no {@code Authorization}
 * @param parameters of the request body: {@code temperature}, {@code max_tokens}, {@code
 *     extra_body} fields ...
 * @param reasoning which thoughts of earlier turns are sent back
 * @param stream whether answers are asked for piece by piece, which keeps slow ones alive behind
 *     proxies; the answer is the same
 * @param structuredOutput what the service can do where a request has a schema
 * @param price instead of the price table's
 * @param completionEstimate tokens of an answer to a request without {@code max_tokens}, for
 *     budgets, rate limits and estimates
 */
public record ServiceSettings(
    String name,
    String model,
    URI base,
    List<String> keyVariables,
    Map<String, @Nullable Object> parameters,
    ReasoningRule reasoning,
    boolean stream,
    StructuredOutput structuredOutput,
    RetrySettings retry,
    CallLimits limits,
    Optional<Price> price,
    int completionEstimate)
    implements TeacherSettings {
  private static final String OPENAI = "https://api.openai.com/v1";
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");
  private static final int COMPLETION_ESTIMATE = 1024;

  /** Which thoughts of earlier turns are sent back; services differ, and refuse the wrong one. */
  public enum ReasoningRule {
    /** None, as most want it. */
    NEVER,
    ALWAYS,
    /** Those of turns that called tools, as DeepSeek's thinking models need it. */
    WITH_TOOL_CALLS
  }

  /** How a service can be made to answer in JSON. */
  public enum StructuredOutput {
    /** Only by asking for it in words. */
    NONE,
    /** {@code response_format: json_object}: JSON, but of any shape. */
    JSON_OBJECT,
    /** {@code response_format: json_schema}: JSON that follows the schema. */
    JSON_SCHEMA
  }

  public ServiceSettings {
    keyVariables = List.copyOf(keyVariables);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    RequestBody.checkParameters("teachers." + name + ".parameters", parameters);
  }

  /** With the defaults for the service at {@code base}. */
  public static ServiceSettings of(String name, String model, URI base) {
    return read(name, model, SettingsReader.of(name, Map.of("base_url", base.toString())));
  }

  static ServiceSettings read(String name, String model, SettingsReader fields) {
    URI base = base(fields);
    Host host = Host.of(base);
    return new ServiceSettings(
        name,
        model,
        base,
        fields.has("keys") ? keys(fields) : host.keys,
        fields.map("parameters"),
        fields.choice("reasoning", ReasoningRule.class).orElse(host.reasoning),
        fields.flag("stream", false),
        fields.choice("structured_output", StructuredOutput.class).orElse(host.structuredOutput),
        RetrySettings.DEFAULT.read(fields),
        CallLimits.DEFAULT.read(fields),
        price(fields),
        (int) fields.integer("completion_estimate", 0, 10_000_000).orElse(COMPLETION_ESTIMATE));
  }

  private static URI base(SettingsReader fields) {
    String text = fields.text("base_url").orElse(OPENAI).replaceAll("/+$", "");
    URI base = null;
    try {
      base = new URI(text);
    } catch (URISyntaxException e) {
      // Told below, with what is allowed.
    }
    if (base == null
        || base.getHost() == null
        || base.getUserInfo() != null
        || base.getQuery() != null
        || !List.of("http", "https").contains(base.getScheme())) {
      throw fields.wrong("base_url", "an address such as " + OPENAI + ", without a password");
    }
    return base;
  }

  /** The message shows nothing of what was found: it may be a key. */
  private static List<String> keys(SettingsReader fields) {
    List<String> variables = fields.texts("keys");
    for (String variable : variables) {
      if (!VARIABLE.matcher(variable).matches()) {
        throw new DataException(
            "keys: found something else than the name of an environment variable. Put the key into"
                + " one, say OPENAI_API_KEY, and its name here; files with keys get published");
      }
    }
    return variables;
  }

  private static Optional<Price> price(SettingsReader fields) {
    Object value = fields.value("price");
    if (value == null) {
      return Optional.empty();
    }
    if (value.equals("free")) {
      return Optional.of(Price.FREE);
    }
    if (value instanceof Map<?, ?>) {
      return Optional.of(PriceTable.price(fields.object("price")));
    }
    throw fields.wrong("price", "free, or {prompt, cached_prompt, completion} in USD per million");
  }

  public ServiceSettings withKeyVariables(String... names) {
    return changed(draft -> draft.keyVariables = List.of(names));
  }

  public ServiceSettings withParameters(Map<String, @Nullable Object> values) {
    return changed(draft -> draft.parameters = values);
  }

  public ServiceSettings withReasoning(ReasoningRule rule) {
    return changed(draft -> draft.reasoning = rule);
  }

  public ServiceSettings withStream(boolean value) {
    return changed(draft -> draft.stream = value);
  }

  public ServiceSettings withStructuredOutput(StructuredOutput value) {
    return changed(draft -> draft.structuredOutput = value);
  }

  public ServiceSettings withRetry(RetrySettings value) {
    return changed(draft -> draft.retry = value);
  }

  public ServiceSettings withLimits(CallLimits value) {
    return changed(draft -> draft.limits = value);
  }

  public ServiceSettings withPrice(Price value) {
    return changed(draft -> draft.price = Optional.of(value));
  }

  private ServiceSettings changed(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return new ServiceSettings(
        name,
        model,
        base,
        draft.keyVariables,
        draft.parameters,
        draft.reasoning,
        draft.stream,
        draft.structuredOutput,
        draft.retry,
        draft.limits,
        draft.price,
        completionEstimate);
  }

  /** What a copy may differ in. */
  private static final class Draft {
    private List<String> keyVariables;
    private Map<String, @Nullable Object> parameters;
    private ReasoningRule reasoning;
    private boolean stream;
    private StructuredOutput structuredOutput;
    private RetrySettings retry;
    private CallLimits limits;
    private Optional<Price> price;

    Draft(ServiceSettings from) {
      keyVariables = from.keyVariables;
      parameters = from.parameters;
      reasoning = from.reasoning;
      stream = from.stream;
      structuredOutput = from.structuredOutput;
      retry = from.retry;
      limits = from.limits;
      price = from.price;
    }
  }

  /** What is known of services, so that a recipe need not say it. */
  private enum Host {
    OPENAI_API(
        "api.openai.com",
        List.of("OPENAI_API_KEY"),
        ReasoningRule.NEVER,
        StructuredOutput.JSON_SCHEMA),
    DEEPSEEK(
        "api.deepseek.com",
        List.of("DEEPSEEK_API_KEY"),
        ReasoningRule.WITH_TOOL_CALLS,
        StructuredOutput.JSON_OBJECT),
    GEMINI(
        "generativelanguage.googleapis.com",
        List.of("GEMINI_API_KEY"),
        ReasoningRule.NEVER,
        StructuredOutput.JSON_SCHEMA),
    OTHER("", List.of(), ReasoningRule.NEVER, StructuredOutput.NONE);

    private final String address;
    private final List<String> keys;
    private final ReasoningRule reasoning;
    private final StructuredOutput structuredOutput;

    Host(
        String address,
        List<String> keys,
        ReasoningRule reasoning,
        StructuredOutput structuredOutput) {
      this.address = address;
      this.keys = keys;
      this.reasoning = reasoning;
      this.structuredOutput = structuredOutput;
    }

    static Host of(URI base) {
      for (Host host : values()) {
        if (host.address.equals(base.getHost().toLowerCase(Locale.ROOT))) {
          return host;
        }
      }
      return OTHER;
    }
  }
}
