package org.blossomlm.data.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The catalogue of operators")
class OperatorCatalogTest {
  private static OperatorSpec spec(String name) {
    return new OperatorSpec(
        name,
        "",
        List.of(),
        arguments -> (RecordOperator) (record, context) -> Outcome.keep(record));
  }

  @Test
  void refuses_two_operators_of_one_name() {
    assertThatThrownBy(() -> OperatorCatalog.of(spec("a"), spec("b"), spec("a")))
        .hasMessage("two operators are called a");
    assertThatThrownBy(() -> OperatorCatalog.of(spec("a")).and(List.of(spec("a"))))
        .hasMessage("two operators are called a");
  }

  @Test
  void is_sorted_by_name() {
    assertThat(OperatorCatalog.of(spec("b"), spec("a")).names()).containsExactly("a", "b");
  }

  @Test
  void the_nearest_name_is_one_that_was_probably_meant() {
    List<String> names = List.of("chat_length_filter", "chat_translator", "text_length_filter");
    assertThat(NearestName.of("chat_lenght_filter", names)).contains("chat_length_filter");
    assertThat(NearestName.of("chat_transl", names)).contains("chat_translator");
    assertThat(NearestName.of("distil", names)).isEmpty();
    assertThat(NearestName.distance("ca", "abc")).isEqualTo(3);
    assertThat(NearestName.distance("abcd", "acbd")).isEqualTo(1);
    assertThat(NearestName.distance("", "abc")).isEqualTo(3);
  }
}
