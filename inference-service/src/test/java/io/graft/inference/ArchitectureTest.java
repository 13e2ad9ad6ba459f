package io.graft.inference;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.HttpMethod;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import io.quarkus.grpc.GrpcService;

/** The arrows of the house: what is served, what predicts with it, and the door in front. */
@AnalyzeClasses(packages = "io.graft", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule dataFlowsInAStraightLine = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("metrics").definedBy("io.graft.inference.metrics..")
            .layer("serving").definedBy("io.graft.inference.serving..")
            .layer("explanation").definedBy("io.graft.inference.explanation..")
            .layer("prediction").definedBy("io.graft.inference.prediction..")
            .layer("openinference").definedBy("io.graft.inference.openinference..")
            .layer("stream").definedBy("io.graft.inference.stream..")
            .layer("feedback").definedBy("io.graft.inference.feedback..")
            .layer("grpc").definedBy("io.graft.inference.grpc..")
            .layer("rest").definedBy("io.graft.inference.rest..")
            .whereLayer("metrics").mayNotAccessAnyLayer()
            .whereLayer("serving")
            .mayOnlyBeAccessedByLayers("prediction", "openinference", "stream", "feedback", "grpc", "rest")
            .whereLayer("explanation").mayOnlyBeAccessedByLayers("prediction", "rest")
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
            .should().dependOnClassesThat().resideInAnyPackage("ai.djl..", "ai.onnxruntime..", "dev.langchain4j..");

    @ArchTest
    static final ArchRule coresKnowNoHttp = noClasses()
            .that().resideInAnyPackage("io.graft.inference.serving..", "io.graft.inference.prediction..",
                    "io.graft.inference.explanation..", "io.graft.inference.openinference..")
            .should().dependOnClassesThat().resideInAnyPackage("jakarta.ws.rs..", "io.vertx..", "io.grpc..");

    @ArchTest
    static final ArchRule everyCallHasARole = methods().that().areMetaAnnotatedWith(HttpMethod.class)
            .should().beAnnotatedWith(RolesAllowed.class).orShould().beAnnotatedWith(PermitAll.class);

    @ArchTest
    static final ArchRule everyRemoteProcedureHasARole = methods()
            .that().areDeclaredInClassesThat().areAnnotatedWith(GrpcService.class).and().arePublic()
            .should().beAnnotatedWith(RolesAllowed.class).orShould().beAnnotatedWith(PermitAll.class);
}
