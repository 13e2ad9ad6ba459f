package io.graft.inference.grpc;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.graft.access.Role;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.grpc.wire.GRPCInferenceService;
import io.graft.inference.grpc.wire.ModelInferRequest;
import io.graft.inference.grpc.wire.ModelInferResponse;
import io.graft.inference.grpc.wire.ModelMetadataRequest;
import io.graft.inference.grpc.wire.ModelMetadataResponse;
import io.graft.inference.grpc.wire.ModelMetadataResponse.TensorMetadata;
import io.graft.inference.grpc.wire.ModelReadyRequest;
import io.graft.inference.grpc.wire.ModelReadyResponse;
import io.graft.inference.grpc.wire.ServerLiveRequest;
import io.graft.inference.grpc.wire.ServerLiveResponse;
import io.graft.inference.grpc.wire.ServerMetadataRequest;
import io.graft.inference.grpc.wire.ServerMetadataResponse;
import io.graft.inference.grpc.wire.ServerReadyRequest;
import io.graft.inference.grpc.wire.ServerReadyResponse;
import io.graft.inference.openinference.Inference;
import io.graft.inference.openinference.ModelMetadata;
import io.graft.inference.openinference.ServerMetadata;
import io.graft.inference.openinference.TaskModels;
import io.graft.inference.prediction.PredictionConfig;
import io.graft.inference.serving.ModelChoice;
import io.quarkus.grpc.GrpcService;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.health.SmallRyeHealthReporter;
import io.smallrye.mutiny.Uni;

/** The Open Inference Protocol: a task is a model. */
@GrpcService
@Blocking
final class OpenInferenceService implements GRPCInferenceService {

    private final TaskModels models;
    private final Inference inference;
    private final int inputCountMax;
    private final SmallRyeHealthReporter health;
    private final ServerMetadata server;

    OpenInferenceService(TaskModels models, Inference inference, PredictionConfig config, SmallRyeHealthReporter health,
            @ConfigProperty(name = "quarkus.application.version") String release) {
        this.models = models;
        this.inference = inference;
        this.inputCountMax = config.inputCountMax();
        this.health = health;
        this.server = ServerMetadata.of(release);
    }

    @Override
    @PermitAll
    @NonBlocking
    public Uni<ServerLiveResponse> serverLive(ServerLiveRequest request) {
        return health.getLivenessAsync().map(found -> ServerLiveResponse.newBuilder().setLive(!found.isDown()).build());
    }

    @Override
    @PermitAll
    @NonBlocking
    public Uni<ServerReadyResponse> serverReady(ServerReadyRequest request) {
        return health.getReadinessAsync().map(found -> ServerReadyResponse.newBuilder().setReady(!found.isDown()).build());
    }

    @Override
    @RolesAllowed(Role.READ)
    public Uni<ModelReadyResponse> modelReady(ModelReadyRequest request) {
        return answer(() -> ModelReadyResponse.newBuilder()
                .setReady(models.isReady(new TaskId(request.getName()), version(request.getVersion()))).build());
    }

    @Override
    @RolesAllowed(Role.READ)
    public Uni<ServerMetadataResponse> serverMetadata(ServerMetadataRequest request) {
        return answer(() -> ServerMetadataResponse.newBuilder().setName(server.name()).setVersion(server.version())
                .addAllExtensions(server.extensions()).build());
    }

    @Override
    @RolesAllowed(Role.READ)
    public Uni<ModelMetadataResponse> modelMetadata(ModelMetadataRequest request) {
        return answer(() -> {
            ModelMetadata metadata = models.metadata(new TaskId(request.getName()), version(request.getVersion()));
            return ModelMetadataResponse.newBuilder().setName(metadata.name()).setPlatform(metadata.platform())
                    .addAllVersions(metadata.versions()).addAllInputs(tensors(metadata.inputs()))
                    .addAllOutputs(tensors(metadata.outputs())).build();
        });
    }

    private static List<TensorMetadata> tensors(List<ModelMetadata.TensorMetadata> tensors) {
        return tensors.stream().map(tensor -> TensorMetadata.newBuilder().setName(tensor.name())
                .setDatatype(tensor.datatype().name()).addAllShape(tensor.shape().stream().map(Long::valueOf).toList())
                .build()).toList();
    }

    @Override
    @RolesAllowed(Role.PREDICT)
    public Uni<ModelInferResponse> modelInfer(ModelInferRequest message) {
        return answer(() -> {
            ModelChoice choice = new ModelChoice(new TaskId(message.getModelName()), version(message.getModelVersion()),
                    RoutingKey.current());
            Inference.Result result = inference.infer(choice, () -> InferMessages.read(message, inputCountMax),
                    CallPatience.current());
            return InferMessages.answer(result.request(), result.answers());
        });
    }

    /** Not given is empty, in these messages. */
    private static Optional<ModelVersion> version(String version) {
        return version.isEmpty() ? Optional.empty() : Optional.of(ModelVersion.parse(version));
    }

    /** On the thread of the call, which may wait. */
    private static <T> Uni<T> answer(Supplier<T> work) {
        return Uni.createFrom().item(work).onFailure().transform(GrpcFailure::of);
    }
}
