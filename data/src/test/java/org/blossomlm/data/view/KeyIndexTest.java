package org.blossomlm.data.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The index of keys")
class KeyIndexTest {
  @Test
  void finds_the_first_place_of_every_key_while_it_grows() throws Exception {
    try (var index = new KeyIndex()) {
      for (int i = 0; i < 20_000; i++) {
        index.put("key " + i, i + 1);
        index.put("key " + i / 2, 99_999);
      }
      for (int i = 0; i < 20_000; i++) {
        assertThat(index.find("key " + i)).hasValue(i + 1);
      }
      assertThat(index.find("key 20000")).isEmpty();
    }
  }
}
