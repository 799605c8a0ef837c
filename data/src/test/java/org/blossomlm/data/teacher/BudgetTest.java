package org.blossomlm.data.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.teacher.TestTeachers.ask;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.blossomlm.data.DataException;
import org.blossomlm.data.teacher.Completion.Usage;
import org.blossomlm.data.teacher.FakeTeacherServer.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"5.00USD,5.00", "5 USD,5", "$0.25,0.25", "12,12", "0,0"})
  void amountsAreRead(String text, BigDecimal usd) {
    assertThat(Budget.parse(text).limit()).contains(usd);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5 EUR", "-1", "", "five", "1e9", "5,00USD"})
  void whatIsNoAmountInDollarsIsRefused(String text) {
    assertThatThrownBy(() -> Budget.parse(text))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("5.00USD");
  }

  @Test
  void aCallMayUseTheLastCentButNotMore() throws Exception {
    Budget budget = Budget.parse("1.00USD");
    budget.reserve(new BigDecimal("0.60")).settle(new BigDecimal("0.40"));
    try (Budget.Reservation fits = budget.reserve(new BigDecimal("0.60"))) {
      assertThat(budget.spent()).isEqualByComparingTo("0.40");
      assertThat(fits).isNotNull();
    }
    assertThatThrownBy(() -> budget.reserve(new BigDecimal("0.61")))
        .isInstanceOf(BudgetExceededException.class)
        .isNotInstanceOf(TeacherException.class)
        .hasMessageContaining("the budget of 1.00 USD")
        .hasMessageContaining("0.400 USD spent");
  }

  @Test
  void aResumedRunStartsWithWhatItHadSpent() {
    Budget budget = Budget.parse("1.00USD").withSpent(new BigDecimal("0.95"));
    assertThatThrownBy(() -> budget.reserve(new BigDecimal("0.06")))
        .isInstanceOf(BudgetExceededException.class);
  }

  @Test
  void aCallWaitsForOthersThatMayCostLessThanTheyReserved() throws Exception {
    Budget budget = Budget.parse("1.00USD");
    Budget.Reservation first = budget.reserve(new BigDecimal("0.90"));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Budget.Reservation> second =
          threads.submit(() -> budget.reserve(new BigDecimal("0.50")));
      Thread.sleep(50);
      assertThat(second.isDone()).isFalse();
      first.settle(new BigDecimal("0.10"));
      second.get().settle(new BigDecimal("0.50"));
    }
    assertThat(budget.spent()).isEqualByComparingTo("0.60");
  }

  @Test
  void aRunStopsBeforeTheBudgetIsPassedAndGoesOnWithAHigherOne() throws Exception {
    try (FakeTeacherServer server = FakeTeacherServer.start()) {
      // 10 tokens of prompt and 10 of an answer cost 10 + 20 millionths of a dollar.
      server.answer(call -> Reply.text("0123456789"));
      CompletionRequest[] requests =
          IntStream.range(0, 100)
              .mapToObj(i -> ask("question " + i).withParameters(Map.of("max_tokens", 10)))
              .toArray(CompletionRequest[]::new);
      Budget budget = Budget.parse("0.001000USD");
      assertThat(refusals(server, requests, budget)).isPositive();
      assertThat(budget.spent())
          .isLessThanOrEqualTo(new BigDecimal("0.001"))
          .isGreaterThan(new BigDecimal("0.0009"));
      int sent = server.calls().size();
      assertThat(budget.spent())
          .isEqualByComparingTo(new BigDecimal("0.00003").multiply(BigDecimal.valueOf(sent)));

      assertThat(refusals(server, requests, Budget.parse("1USD"))).isZero();
      assertThat(server.calls()).hasSize(100);
    }
  }

  /** How many of the requests were refused for lack of money; nothing else may fail. */
  private long refusals(FakeTeacherServer server, CompletionRequest[] requests, Budget budget)
      throws Exception {
    long refused = 0;
    try (TestTeachers run = new TestTeachers(server, folder, budget, settings -> settings);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Completion>> answers = new ArrayList<>();
      for (CompletionRequest request : requests) {
        answers.add(threads.submit(() -> run.teacher.complete(request)));
      }
      for (Future<Completion> answer : answers) {
        try {
          answer.get();
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(BudgetExceededException.class);
          refused++;
        }
      }
    }
    return refused;
  }

  @Test
  void aBudgetNeedsAPrice() {
    try (FakeTeacherServer server = FakeTeacherServer.start()) {
      ServiceSettings unpriced = ServiceSettings.of("fake", "some-model", server.base());
      assertThatThrownBy(() -> new TestTeachers(unpriced, folder, Budget.parse("1")))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("the price of its model is not known");
    }
  }

  @Test
  void anEstimateCountsWhatIsToBePaidAndNotWhatIsKnown() throws Exception {
    try (FakeTeacherServer server = FakeTeacherServer.start();
        TestTeachers run = new TestTeachers(server, folder)) {
      run.teacher.complete(ask("known"));
      CompletionRequest fresh = ask("fresh").withParameters(Map.of("max_tokens", 500));
      Estimate estimate = run.teachers.estimate("fake", List.of(ask("known"), fresh));
      assertThat(estimate.calls()).isEqualTo(2);
      assertThat(estimate.cached()).isEqualTo(1);
      assertThat(estimate.completionTokens()).isEqualTo(500);
      BigDecimal cost = TestTeachers.PRICE.cost(new Usage(estimate.promptTokens(), 0, 500));
      assertThat(estimate.cost().orElseThrow()).isEqualByComparingTo(cost);
      assertThat(estimate.scaledTo(200).cost().orElseThrow())
          .isEqualByComparingTo(cost.multiply(BigDecimal.valueOf(100)));
      assertThat(server.calls()).hasSize(1);
    }
  }

  @Test
  void cachedTokensOfAPromptHaveTheirOwnPrice() {
    Price price = Price.of("2.50", "1.25", "10");
    assertThat(price.cost(new Usage(1_000_000, 400_000, 100_000)))
        .isEqualByComparingTo("3.00"); // 1.50 + 0.50 + 1.00
  }
}
