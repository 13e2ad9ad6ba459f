package io.graft.backbone;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.graft.backbone.ResNetArchitecture.Convolution;
import io.graft.problem.Problem;
import io.graft.tail.Depth;
import io.graft.tail.Tail;
import io.graft.tensor.Tensor;

/** Which convolutions of a ResNet a tail replaces: those of its last block, or all. */
record TailPlan(ResNetArchitecture architecture, Depth depth) {

    /** The first block that is replaced, counted over all stages. */
    int firstBlock() {
        return depth == Depth.ALL ? 0 : architecture.depths().stream().mapToInt(Integer::intValue).sum() - 1;
    }

    /** In the order of the forward pass. */
    List<Convolution> convolutions() {
        List<Convolution> all = architecture.convolutions();
        if (depth == Depth.ALL) {
            return all;
        }
        int stage = architecture.depths().size();
        String lastBlock = "layer" + stage + "." + (architecture.depths().get(stage - 1) - 1) + ".";
        return all.stream().filter(convolution -> convolution.name().startsWith(lastBlock)).toList();
    }

    /** How many convolutions come before. */
    int precedingCount() {
        return architecture.convolutions().size() - convolutions().size();
    }

    /** Numbers of all its tensors. */
    int length() {
        return convolutions().stream().mapToInt(convolution -> weightLength(convolution) + convolution.outputs()).sum();
    }

    private static int weightLength(Convolution convolution) {
        return convolution.outputs() * convolution.inputs() * convolution.side() * convolution.side();
    }

    /** [outputs, inputs, side] of each convolution, row-major. */
    long[] shapes() {
        return convolutions().stream()
                .flatMap(convolution -> List.of(convolution.outputs(), convolution.inputs(), convolution.side()).stream())
                .mapToLong(Integer::longValue).toArray();
    }

    /**
     * The tensors of a tail.
     *
     * @param numbers one tensor behind the other, of each convolution the weight, then the bias
     */
    Map<String, Tensor> tensors(float[] numbers) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        int at = 0;
        for (Parameter parameter : parameters()) {
            int length = parameter.shape().stream().reduce(1, Math::multiplyExact);
            float[] values = new float[length];
            System.arraycopy(numbers, at, values, 0, length);
            tensors.put(parameter.name(), new Tensor(parameter.shape(), values));
            at += length;
        }
        return tensors;
    }

    private List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        for (Convolution convolution : convolutions()) {
            parameters.add(new Parameter(weight(convolution),
                    List.of(convolution.outputs(), convolution.inputs(), convolution.side(), convolution.side())));
            parameters.add(new Parameter(bias(convolution), List.of(convolution.outputs())));
        }
        return parameters;
    }

    private static String weight(Convolution convolution) {
        return convolution.name() + ".weight";
    }

    private static String bias(Convolution convolution) {
        return convolution.name() + ".bias";
    }

    private Map<String, List<Integer>> tensorShapes() {
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        parameters().forEach(parameter -> shapes.put(parameter.name(), parameter.shape()));
        return shapes;
    }

    /** How long the file of such a tail is. */
    int fileBytes() {
        return Tail.fileBytes(depth, tensorShapes());
    }

    /**
     * Looks whether a tail has these tensors and no others.
     *
     * @throws Problem INVALID {@code TAIL_INVALID} when it has not
     */
    void require(Tail tail) {
        Map<String, List<Integer>> expected = tensorShapes();
        Map<String, List<Integer>> found = new LinkedHashMap<>();
        tail.tensors().forEach((name, tensor) -> found.put(name, tensor.shape()));
        if (tail.depth() != depth || !found.equals(expected)) {
            throw Problem.invalid("TAIL_INVALID", "tail of depth '" + tail.depth() + "' has tensors " + found + " (expected: "
                    + expected + ", as " + architecture + " has them)");
        }
    }

    /**
     * A tail's weights as the forward pass takes them, a {@code List[Tensor]}.
     *
     * @param scope owns what it gives
     */
    TorchValue constants(Tail tail, Placement placement, int crop, TorchProgram program, TorchScope scope) {
        List<TorchValue> all = new ArrayList<>();
        try (TorchScope raw = program.openScope()) {
            for (Convolution convolution : convolutions()) {
                all.addAll(scope.elements(ResNetArchitecture.layOut(convolution, raw.float32(tensor(tail, weight(convolution))),
                        raw.float32(tensor(tail, bias(convolution))), placement, crop, raw)));
            }
        }
        return scope.list(all);
    }

    private static Tensor tensor(Tail tail, String name) {
        Tensor tensor = tail.tensors().get(name);
        if (tensor == null) {
            throw new IllegalStateException("tail has no " + name);
        }
        return tensor;
    }

    /** What training starts from: the backbone's own. */
    float[] start(ImageWeights weights, TorchScope raw) {
        float[] numbers = new float[length()];
        int at = 0;
        for (Convolution convolution : convolutions()) {
            for (TorchValue part : ResNetArchitecture.fold(convolution, weights, raw)) {
                float[] values = part.toFloats();
                System.arraycopy(values, 0, numbers, at, values.length);
                at += values.length;
            }
        }
        return numbers;
    }
}
