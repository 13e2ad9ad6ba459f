package io.graft.inference.openinference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import io.graft.backbone.BackboneDescriptor;
import io.graft.inference.prediction.PredictionInput;
import io.graft.inference.serving.Model;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;
import io.graft.sample.SampleContentCodec;

/**
 * What a request's tensor means for a task: encoded images as {@code BYTES} [n], images as {@code UINT8} or {@code FP32} (0 to
 * 1) [n, height, width, 3] in red, green and blue, features as {@code FP32} [n, dimension].
 */
public final class TensorInputs {

    private static final int CHANNELS = 3;
    private static final Optional<String> TOLD_BY_ITS_BYTES = Optional.empty();

    private final SampleContentCodec codec;
    private final int countMax;

    /** Reads elements with the codec, at most {@code countMax} of a request. */
    public TensorInputs(SampleContentCodec codec, int countMax) {
        this.codec = codec;
        this.countMax = countMax;
    }

    /** What a request wants answers for. @throws Problem INVALID when the task does not take such a tensor */
    public List<PredictionInput> of(InferRequest request, Model model) {
        Tensor tensor = request.input();
        int count = tensor.shape().get(0);
        if (count > countMax) {
            throw InferRequestReader.invalid("has " + count + " inputs at once (expected: at most " + countMax + ")");
        }
        List<PredictionInput> inputs = new ArrayList<>(count);
        if (tensor instanceof Tensor.Bytes bytes && bytes.elements().size() == count) {
            bytes.elements().forEach(element -> inputs.add(content(bytes, element)));
            return inputs;
        }
        if (tensor instanceof Tensor.Numbers numbers) {
            int size = numbers.values().length / count;
            for (int from = 0; from < numbers.values().length; from += size) {
                inputs.add(input(numbers, from, from + size, model));
            }
            return inputs;
        }
        throw unfit(tensor, model);
    }

    private PredictionInput content(Tensor.Bytes tensor, byte[] element) {
        return new PredictionInput.Content(codec.parse(TOLD_BY_ITS_BYTES, tensor.encoded() ? decoded(tensor, element) : element)
                .content());
    }

    private static byte[] decoded(Tensor tensor, byte[] element) {
        try {
            return Base64.getDecoder().decode(element);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("INFER_REQUEST_INVALID", "infer request input '" + tensor.name()
                    + "' is not base64 (expected: BYTES in JSON as base64, or as binary data)", e);
        }
    }

    private static PredictionInput input(Tensor.Numbers tensor, int from, int to, Model model) {
        BackboneDescriptor backbone = model.backbone().descriptor();
        boolean embeds = !backbone.architecture().equals("identity");
        if (tensor.shape().size() == 2 && !tensor.integers()) {
            SampleContent.Vector vector = new SampleContent.Vector(Arrays.copyOfRange(tensor.values(), from, to));
            return embeds ? new PredictionInput.Feature(vector.values()) : new PredictionInput.Content(vector);
        }
        if (embeds && tensor.shape().size() == 4 && tensor.shape().get(3) == CHANNELS) {
            return new PredictionInput.Content(
                    new SampleContent.Raster(bytes(tensor, from, to), tensor.shape().get(2), tensor.shape().get(1)));
        }
        throw unfit(tensor, model);
    }

    private static byte[] bytes(Tensor.Numbers tensor, int from, int to) {
        byte[] bytes = new byte[to - from];
        for (int i = 0; i < bytes.length; i++) {
            float number = tensor.values()[from + i];
            if (!tensor.integers() && !(number >= 0 && number <= 1)) {
                throw InferRequestReader.invalid("input '" + tensor.name() + "' has " + number
                        + " (expected: FP32 images of 0 to 1; the backbone normalizes them itself)");
            }
            bytes[i] = (byte) (tensor.integers() ? (int) number : Math.round(number * 255));
        }
        return bytes;
    }

    private static Problem unfit(Tensor tensor, Model model) {
        return InferRequestReader.invalid("input '" + tensor.name() + "' of shape " + tensor.shape()
                + " is none that task '" + model.card().task() + "' takes (expected: "
                + ModelMetadata.inputs(model).stream().map(ModelMetadata.TensorMetadata::toString).toList() + ")");
    }
}
