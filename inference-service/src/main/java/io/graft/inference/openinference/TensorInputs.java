package io.graft.inference.openinference;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

import io.graft.inference.prediction.PredictionInput;
import io.graft.inference.serving.Model;
import io.graft.problem.Problem;
import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;

/**
 * What a request's tensor means for a task: encoded images or texts as {@code BYTES} [n], images as {@code UINT8} or
 * {@code FP32} (0 to 1) [n, height, width, 3] in red, green and blue, features as {@code FP32} [n, dimension].
 */
public final class TensorInputs {

    private static final int CHANNELS = 3;

    private TensorInputs() {
    }

    /** What a request wants answers for. @throws Problem INVALID when the task does not take such a tensor */
    public static List<PredictionInput> of(InferRequest request, Model model) {
        Tensor tensor = request.input();
        int count = tensor.shape().get(0);
        if (tensor instanceof Tensor.Bytes bytes && bytes.elements().size() == count && !takes("vector", model)) {
            boolean texts = takes("text", model);
            return bytes.elements().stream().map(element -> texts ? text(bytes, element) : image(bytes, element)).toList();
        }
        if (tensor instanceof Tensor.Numbers numbers && tensor.shape().size() == 2) {
            return rows(count, numbers.values().length, (from, to) -> vector(numbers, from, to, model));
        }
        if (tensor instanceof Tensor.Numbers numbers && isImages(tensor, model)) {
            return rows(count, numbers.values().length, (from, to) -> image(tensor, pixels(numbers, from, to)));
        }
        if (tensor instanceof Tensor.Octets octets && isImages(tensor, model)) {
            return rows(count, octets.values().length,
                    (from, to) -> image(tensor, Arrays.copyOfRange(octets.values(), from, to)));
        }
        throw unfit(tensor, model);
    }

    /** One of a tensor's rows, from an element up to another one. */
    private interface Row {
        PredictionInput of(int from, int to);
    }

    private static List<PredictionInput> rows(int count, int elementCount, Row row) {
        int size = elementCount / count;
        return IntStream.range(0, count).mapToObj(i -> row.of(i * size, (i + 1) * size)).toList();
    }

    private static boolean takes(String kind, Model model) {
        return model.backbone().descriptor().contentKind().equals(kind);
    }

    /** In JSON a text is a string as it is. */
    private static PredictionInput text(Tensor tensor, byte[] element) {
        try {
            return new PredictionInput.Content(new SampleContent.Text(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(element)).toString()));
        } catch (CharacterCodingException e) {
            throw Problem.invalid("INFER_REQUEST_INVALID", "infer request input '" + InferRequestReader.quoted(tensor.name())
                    + "' has an element that is no text (expected: UTF-8)", e);
        }
    }

    private static PredictionInput image(Tensor.Bytes tensor, byte[] element) {
        byte[] bytes = tensor.encoded() ? decoded(tensor, element) : element;
        ImageFormat format = ImageFormat.sniff(bytes).orElseThrow(() -> InferRequestReader.invalid("input '"
                + InferRequestReader.quoted(tensor.name())
                + "' has an element that is no image (expected: bytes of a JPEG or PNG file)"));
        return new PredictionInput.Content(new SampleContent.Image(bytes, format));
    }

    private static byte[] decoded(Tensor tensor, byte[] element) {
        try {
            return Base64.getDecoder().decode(element);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("INFER_REQUEST_INVALID", "infer request input '" + InferRequestReader.quoted(tensor.name())
                    + "' is not base64 (expected: BYTES in JSON as base64, or as binary data)", e);
        }
    }

    private static PredictionInput vector(Tensor.Numbers tensor, int from, int to, Model model) {
        float[] values = Arrays.copyOfRange(tensor.values(), from, to);
        return takes("vector", model) ? new PredictionInput.Content(new SampleContent.Vector(values))
                : new PredictionInput.Feature(values);
    }

    private static boolean isImages(Tensor tensor, Model model) {
        return takes("image", model) && tensor.shape().size() == 4 && tensor.shape().get(3) == CHANNELS;
    }

    private static PredictionInput image(Tensor tensor, byte[] pixels) {
        return new PredictionInput.Content(
                new SampleContent.Raster(pixels, tensor.shape().get(2), tensor.shape().get(1)));
    }

    private static byte[] pixels(Tensor.Numbers tensor, int from, int to) {
        byte[] pixels = new byte[to - from];
        for (int i = 0; i < pixels.length; i++) {
            float number = tensor.values()[from + i];
            if (!(number >= 0 && number <= 1)) {
                throw InferRequestReader.invalid("input '" + InferRequestReader.quoted(tensor.name()) + "' has " + number
                        + " (expected: FP32 images of 0 to 1; the backbone normalizes them itself)");
            }
            pixels[i] = (byte) Math.round(number * 255);
        }
        return pixels;
    }

    private static Problem unfit(Tensor tensor, Model model) {
        return InferRequestReader.invalid("input '" + InferRequestReader.quoted(tensor.name()) + "' of shape " + tensor.shape()
                + " is none that task '" + model.card().task() + "' takes (expected: "
                + ModelMetadata.inputs(model).stream().map(ModelMetadata.TensorMetadata::toString).toList() + ")");
    }
}
