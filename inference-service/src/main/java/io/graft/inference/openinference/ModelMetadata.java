package io.graft.inference.openinference;

import java.util.List;
import java.util.stream.Stream;

import io.graft.inference.serving.Model;

/**
 * A task as a model of the protocol.
 *
 * @param versions that can be asked for by their numbers
 * @param inputs one of them is what a request has
 */
public record ModelMetadata(String name, List<String> versions, String platform, List<TensorMetadata> inputs,
        List<TensorMetadata> outputs) {

    static final String LABEL = "label";
    static final String PROBABILITY = "probability";
    static final String PROBABILITIES = "probabilities";
    static final String LABELS = "labels";

    /** What is answered unless a request says otherwise, in this order. */
    public static final List<String> OUTPUTS = List.of(LABEL, PROBABILITY, PROBABILITIES, LABELS);

    private static final String PLATFORM = "graft";
    private static final int ANY = -1;

    public ModelMetadata {
        versions = List.copyOf(versions);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** A tensor's form; the shape has {@value #ANY} where a dimension may be of any size. */
    public record TensorMetadata(String name, Datatype datatype, List<Integer> shape) {

        @Override
        public String toString() {
            return datatype + " " + shape;
        }
    }

    public static ModelMetadata of(Model model, List<String> versions) {
        int labelCount = model.head().labels().size();
        return new ModelMetadata(model.card().task().value(), versions, PLATFORM, inputs(model), List.of(
                new TensorMetadata(LABEL, Datatype.BYTES, List.of(ANY)),
                new TensorMetadata(PROBABILITY, Datatype.FP32, List.of(ANY)),
                new TensorMetadata(PROBABILITIES, Datatype.FP32, List.of(ANY, labelCount)),
                new TensorMetadata(LABELS, Datatype.BYTES, List.of(labelCount))));
    }

    /** Tensors of samples, and of their features unless blocks of the version's own make other ones. */
    static List<TensorMetadata> inputs(Model model) {
        Stream<TensorMetadata> samples = switch (model.backbone().descriptor().contentKind()) {
            case "vector" -> Stream.empty();
            case "text" -> Stream.of(new TensorMetadata("texts", Datatype.BYTES, List.of(ANY)));
            default -> Stream.of(new TensorMetadata("images", Datatype.BYTES, List.of(ANY)),
                    new TensorMetadata("pixels", Datatype.UINT8, List.of(ANY, ANY, ANY, 3)),
                    new TensorMetadata("intensities", Datatype.FP32, List.of(ANY, ANY, ANY, 3)));
        };
        TensorMetadata features = new TensorMetadata("features", Datatype.FP32, List.of(ANY, model.head().dimension()));
        return Stream.concat(samples, model.tail().isPresent() ? Stream.empty() : Stream.of(features)).toList();
    }
}
