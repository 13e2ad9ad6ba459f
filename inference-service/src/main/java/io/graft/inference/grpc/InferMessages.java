package io.graft.inference.grpc;

import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

import io.graft.inference.grpc.wire.InferParameter;
import io.graft.inference.grpc.wire.InferTensorContents;
import io.graft.inference.grpc.wire.ModelInferRequest;
import io.graft.inference.grpc.wire.ModelInferRequest.InferInputTensor;
import io.graft.inference.grpc.wire.ModelInferResponse;
import io.graft.inference.grpc.wire.ModelInferResponse.InferOutputTensor;
import io.graft.inference.openinference.Datatype;
import io.graft.inference.openinference.InferOutput;
import io.graft.inference.openinference.InferRequest;
import io.graft.inference.openinference.InferRequest.RequestedOutput;
import io.graft.inference.openinference.ModelMetadata;
import io.graft.inference.openinference.Tensor;
import io.graft.inference.openinference.TensorForm;
import io.graft.inference.prediction.Answers;
import io.graft.problem.Problem;

/** The protocol's messages to requests, and answers to messages. */
final class InferMessages {

    private static final String TIMEOUT = "timeout";

    private InferMessages() {
    }

    /**
     * Reads a request. A tensor stands in its contents or, for all inputs, in {@code raw_input_contents}, whose byte strings
     * have their length before them.
     *
     * @param countMax of a request's inputs, the first number of a shape
     * @throws Problem INVALID, naming the field
     */
    static InferRequest read(ModelInferRequest message, int countMax) {
        if (message.getInputsCount() != 1) {
            throw invalid("has " + message.getInputsCount() + " inputs (expected: 1)");
        }
        if (message.getRawInputContentsCount() > message.getInputsCount()) {
            throw invalid("has " + message.getRawInputContentsCount() + " raw_input_contents (expected: one for each input)");
        }
        if (message.getOutputsCount() > ModelMetadata.OUTPUTS.size()) {
            throw invalid("wants " + message.getOutputsCount() + " outputs (expected: at most " + ModelMetadata.OUTPUTS.size()
                    + ")");
        }
        List<RequestedOutput> outputs = message.getOutputsList().stream()
                .map(output -> new RequestedOutput(output.getName(), Optional.empty())).toList();
        return new InferRequest(id(message), tensor(message, countMax), outputs, isRaw(message),
                timeout(message.getParametersMap()));
    }

    private static Optional<String> id(ModelInferRequest message) {
        return Optional.of(message.getId()).filter(id -> !id.isEmpty());
    }

    private static boolean isRaw(ModelInferRequest message) {
        return message.getRawInputContentsCount() > 0;
    }

    private static Optional<Duration> timeout(Map<String, InferParameter> parameters) {
        return Optional.ofNullable(parameters.get(TIMEOUT)).map(parameter -> {
            if (parameter.getParameterChoiceCase() != InferParameter.ParameterChoiceCase.INT64_PARAM) {
                throw invalid("parameter '" + TIMEOUT + "' is no int64_param (expected: microseconds)");
            }
            return InferRequest.timeoutOf(parameter.getInt64Param());
        });
    }

    private static Tensor tensor(ModelInferRequest message, int countMax) {
        InferInputTensor input = message.getInputs(0);
        TensorForm.requireRank(input.getName(), input.getShapeCount());
        List<Integer> shape = input.getShapeList().stream().map(InferMessages::size).toList();
        TensorForm form = TensorForm.of(input.getName(), input.getDatatype(), shape, countMax);
        if (isRaw(message)) {
            if (input.hasContents()) {
                throw invalid("has both contents and raw_input_contents (expected: one of them)");
            }
            return form.ofBinary(message.getRawInputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
        }
        InferTensorContents contents = input.getContents();
        form.requireCount(count(contents, form.datatype()));
        return switch (form.datatype()) {
            case BYTES ->
                form.ofElements(contents.getBytesContentsList().stream().map(ByteString::toByteArray).toList(), false);
            case UINT8 -> form.ofNumbers(floats(contents.getUintContentsList()));
            case FP32 -> form.ofNumbers(floats(contents.getFp32ContentsList()));
        };
    }

    private static int count(InferTensorContents contents, Datatype datatype) {
        return switch (datatype) {
            case BYTES -> contents.getBytesContentsCount();
            case UINT8 -> contents.getUintContentsCount();
            case FP32 -> contents.getFp32ContentsCount();
        };
    }

    /** A size that no body holds stays one. */
    private static int size(long size) {
        return (int) Math.max(-1, Math.min(size, Integer.MAX_VALUE));
    }

    private static float[] floats(List<? extends Number> numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = numbers.get(i).floatValue();
        }
        return floats;
    }

    /** Answers a request in the form that it came in. */
    static ModelInferResponse answer(InferRequest request, Answers answers) {
        ModelInferResponse.Builder message = ModelInferResponse.newBuilder()
                .setModelName(answers.model().card().task().value())
                .setModelVersion(answers.model().card().version().toString());
        request.id().ifPresent(message::setId);
        for (InferOutput output : InferOutput.of(request, answers)) {
            InferOutputTensor.Builder tensor = InferOutputTensor.newBuilder().setName(output.name())
                    .setDatatype(output.values().datatype().name());
            output.shape().forEach(tensor::addShape);
            if (output.binary()) {
                message.addRawOutputContents(UnsafeByteOperations.unsafeWrap(output.values().toBytes()));
            } else {
                tensor.setContents(contents(output.values()));
            }
            message.addOutputs(tensor);
        }
        return message.build();
    }

    private static InferTensorContents contents(InferOutput.Values values) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        if (values instanceof InferOutput.Texts texts) {
            texts.texts().forEach(text -> contents.addBytesContents(ByteString.copyFromUtf8(text)));
        } else {
            for (float number : ((InferOutput.Numbers) values).numbers()) {
                contents.addFp32Contents(number);
            }
        }
        return contents.build();
    }

    private static Problem invalid(String what) {
        return Problem.invalid("INFER_REQUEST_INVALID", "infer request " + what);
    }
}
