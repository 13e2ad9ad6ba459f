package io.graft.inference;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the house: what is served, what predicts with it, and the door in front. */
@AnalyzeClasses(packages = "io.graft", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule dataFlowsInAStraightLine = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("serving").definedBy("io.graft.inference.serving..")
            .layer("prediction").definedBy("io.graft.inference.prediction..")
            .layer("openinference").definedBy("io.graft.inference.openinference..")
            .layer("stream").definedBy("io.graft.inference.stream..")
            .layer("feedback").definedBy("io.graft.inference.feedback..")
            .layer("grpc").definedBy("io.graft.inference.grpc..")
            .layer("rest").definedBy("io.graft.inference.rest..")
            .whereLayer("serving")
            .mayOnlyBeAccessedByLayers("prediction", "openinference", "stream", "feedback", "grpc", "rest")
            .whereLayer("prediction").mayOnlyBeAccessedByLayers("openinference", "stream", "feedback", "grpc", "rest")
            .whereLayer("feedback").mayOnlyBeAccessedByLayers("rest")
            .whereLayer("stream").mayNotBeAccessedByAnyLayer()
            .whereLayer("openinference").mayOnlyBeAccessedByLayers("grpc", "rest")
            .whereLayer("grpc").mayNotBeAccessedByAnyLayer()
            .whereLayer("rest").mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule servicesDoNotKnowEachOther = noClasses().that().resideInAPackage("io.graft.inference..")
            .should().dependOnClassesThat().resideInAPackage("io.graft.trainer..");

    @ArchTest
    static final ArchRule onlyBackbonesTouchTheEngine = noClasses().that().resideOutsideOfPackage("io.graft.backbone..")
            .should().dependOnClassesThat().resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule coresKnowNoHttp = noClasses()
            .that().resideInAnyPackage("io.graft.inference.serving..", "io.graft.inference.prediction..",
                    "io.graft.inference.openinference..")
            .should().dependOnClassesThat().resideInAnyPackage("jakarta.ws.rs..", "io.vertx..", "io.grpc..");
}
