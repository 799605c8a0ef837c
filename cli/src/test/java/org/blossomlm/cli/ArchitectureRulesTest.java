package org.blossomlm.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows of {@code docs/architecture.md}. */
class ArchitectureRulesTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.blossomlm");

  @Test
  void dependencies_point_down() {
    noClasses()
        .that()
        .resideInAPackage("org.blossomlm.model..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.blossomlm.engine..",
            "org.blossomlm.bench..",
            "org.blossomlm.data..",
            "org.blossomlm.train..",
            "org.blossomlm.cli..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("org.blossomlm.engine..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.blossomlm.bench..",
            "org.blossomlm.data..",
            "org.blossomlm.train..",
            "org.blossomlm.cli..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("org.blossomlm.bench..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.blossomlm.data..", "org.blossomlm.train..", "org.blossomlm.cli..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("org.blossomlm.data..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.blossomlm.bench..", "org.blossomlm.train..", "org.blossomlm.cli..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("org.blossomlm.train..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.blossomlm.bench..", "org.blossomlm.cli..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAnyPackage(
            "org.blossomlm.train.example",
            "org.blossomlm.train.config",
            "org.blossomlm.train.report")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(CLASSES);
  }

  @Test
  void nothing_needs_the_machines_that_work_on_records() {
    noClasses()
        .that()
        .resideInAPackage("org.blossomlm..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.blossomlm.data.spark..", "org.apache.spark..", "scala..")
        .check(CLASSES);
  }

  @Test
  void model_engine_and_bench_need_nothing_but_the_json_library() {
    classes()
        .that()
        .resideInAnyPackage(
            "org.blossomlm.model..", "org.blossomlm.engine..", "org.blossomlm.bench..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "com.sun.management..",
            "jdk.incubator.vector..",
            "tools.jackson..",
            "org.jspecify..",
            "org.blossomlm..")
        .check(CLASSES);
  }

  @Test
  void jinja_can_be_used_alone() {
    classes()
        .that()
        .resideInAPackage("org.blossomlm.model.jinja")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "org.blossomlm.model",
            "org.blossomlm.model.jinja",
            "org.blossomlm.model.text")
        .check(CLASSES);
  }

  @Test
  void only_the_vector_kernels_and_probes_touch_the_incubator_module() {
    noClasses()
        .that()
        .haveNameNotMatching(
            "org\\.blossomlm\\.(engine\\.kernels\\.(Vector\\w+|KernelProvider\\$VectorProbe)"
                + "|bench\\.VectorProbes)")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(CLASSES);
  }

  @Test
  void packages_form_no_cycles() {
    slices().matching("org.blossomlm.(**)").should().beFreeOfCycles().check(CLASSES);
  }
}
