package io.graft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the library's packages may know of each other, and that it is a library. */
@AnalyzeClasses(packages = "io.graft", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule dataFlowsInAStraightLine = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("event").definedBy("io.graft.event..")
            .layer("sample").definedBy("io.graft.sample..")
            .layer("tensor").definedBy("io.graft.tensor..")
            .layer("tail").definedBy("io.graft.tail..")
            .layer("backbone").definedBy("io.graft.backbone..")
            .layer("feature").definedBy("io.graft.feature..")
            .layer("head").definedBy("io.graft.head..")
            .layer("model").definedBy("io.graft.model..")
            .whereLayer("event").mayOnlyBeAccessedByLayers("sample", "model")
            .whereLayer("sample").mayOnlyBeAccessedByLayers("backbone", "feature")
            .whereLayer("tensor").mayOnlyBeAccessedByLayers("tail", "backbone", "head")
            .whereLayer("tail").mayOnlyBeAccessedByLayers("backbone", "model")
            .whereLayer("tail").mayOnlyAccessLayers("tensor")
            .whereLayer("backbone").mayNotBeAccessedByAnyLayer()
            .whereLayer("feature").mayNotBeAccessedByAnyLayer()
            .whereLayer("head").mayNotBeAccessedByAnyLayer()
            .whereLayer("model").mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule onlyBackbonesTouchTheEngine = noClasses().that().resideOutsideOfPackage("io.graft.backbone..")
            .should().dependOnClassesThat().resideInAnyPackage("ai.djl..", "ai.onnxruntime..", "dev.langchain4j..");

    @ArchTest
    static final ArchRule onlyStoresKnowTheLibraryOfS3 = noClasses().that().resideOutsideOfPackage("io.graft.store..")
            .should().dependOnClassesThat().resideInAPackage("software.amazon..");

    @ArchTest
    static final ArchRule isALibrary = noClasses().should().dependOnClassesThat()
            .resideInAnyPackage("io.quarkus..", "jakarta..", "io.smallrye..");
}
