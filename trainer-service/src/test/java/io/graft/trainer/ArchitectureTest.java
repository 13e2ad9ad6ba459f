package io.graft.trainer;

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

/** The arrows of the trainer: samples to features, features to memory, memory and requests to versions, doors behind them. */
@AnalyzeClasses(packages = "io.graft", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule dataFlowsInAStraightLine = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("setup").definedBy("io.graft.trainer.setup..")
            .layer("embedding").definedBy("io.graft.trainer.embedding..")
            .layer("table").definedBy("io.graft.trainer.table..")
            .layer("history").definedBy("io.graft.trainer.history..")
            .layer("memory").definedBy("io.graft.trainer.memory..")
            .layer("training").definedBy("io.graft.trainer.training..")
            .layer("log").definedBy("io.graft.trainer.log..")
            .layer("verification").definedBy("io.graft.trainer.verification..")
            .layer("noise").definedBy("io.graft.trainer.noise..")
            .layer("trigger").definedBy("io.graft.trainer.trigger..")
            .layer("queue").definedBy("io.graft.trainer.queue..")
            .layer("rest").definedBy("io.graft.trainer.rest..")
            .layer("health").definedBy("io.graft.trainer.health..")
            .layer("command").definedBy("io.graft.trainer.command..")
            .whereLayer("embedding").mayOnlyBeAccessedByLayers("memory", "log", "queue", "rest", "health")
            .whereLayer("table").mayOnlyBeAccessedByLayers("memory", "log", "verification", "noise", "trigger", "queue", "rest")
            .whereLayer("history").mayOnlyBeAccessedByLayers("memory", "trigger", "queue", "rest")
            .whereLayer("memory").mayOnlyBeAccessedByLayers("trigger", "queue", "rest", "health")
            .whereLayer("training").mayOnlyBeAccessedByLayers("verification", "noise", "queue", "command")
            .whereLayer("log").mayOnlyBeAccessedByLayers("verification", "noise", "queue")
            .whereLayer("verification").mayOnlyBeAccessedByLayers("noise", "rest", "command")
            .whereLayer("noise").mayOnlyBeAccessedByLayers("rest")
            .whereLayer("trigger").mayOnlyBeAccessedByLayers("health")
            .whereLayer("queue").mayOnlyBeAccessedByLayers("health")
            .whereLayer("rest").mayNotBeAccessedByAnyLayer()
            .whereLayer("health").mayNotBeAccessedByAnyLayer()
            .whereLayer("command").mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule trainingIsPure = noClasses().that().resideInAPackage("io.graft.trainer.training..")
            .should().dependOnClassesThat().resideInAnyPackage("io.quarkus..", "jakarta..", "org.apache.kafka..");

    @ArchTest
    static final ArchRule servicesDoNotKnowEachOther = noClasses().that().resideInAPackage("io.graft.trainer..")
            .should().dependOnClassesThat().resideInAPackage("io.graft.inference..");

    @ArchTest
    static final ArchRule onlyBackbonesTouchTheEngine = noClasses().that().resideOutsideOfPackage("io.graft.backbone..")
            .should().dependOnClassesThat().resideInAnyPackage("ai.djl..", "ai.onnxruntime..", "dev.langchain4j..");

    @ArchTest
    static final ArchRule onlyTheDoorKnowsHttp = noClasses().that().resideInAPackage("io.graft.trainer..")
            .and().resideOutsideOfPackages("io.graft.trainer.rest..", "io.graft.trainer.access..")
            .should().dependOnClassesThat().resideInAnyPackage("jakarta.ws.rs..", "io.vertx..");

    @ArchTest
    static final ArchRule everyCallHasARole = methods().that().areMetaAnnotatedWith(HttpMethod.class)
            .should().beAnnotatedWith(RolesAllowed.class).orShould().beAnnotatedWith(PermitAll.class);
}
