package io.graft.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * One of torchvision's VGGs without batch norm and without its last layer ({@code torchvision/models/vgg.py}): a feature is
 * what the last layer would take.
 *
 * @param name as in the metadata of a weights file
 * @param depths convolutions in each of the five stages; a stage ends with a pooling that halves both sides
 */
record VggArchitecture(String name, List<Integer> depths) implements Architecture {

    static final List<VggArchitecture> ALL = List.of(new VggArchitecture("vgg11", List.of(1, 1, 2, 2, 2)),
            new VggArchitecture("vgg16", List.of(2, 2, 3, 3, 3)));

    private static final List<Integer> WIDTHS = List.of(64, 128, 256, 512, 512);
    /** The first two linear layers, by their places among activations and dropouts. */
    private static final List<String> LINEAR = List.of("classifier.0", "classifier.3");
    private static final int LINEAR_WIDTH = 4096;
    /** Pixels of a side of the pooled maps that the first linear layer takes. */
    private static final int POOLED_SIDE = 7;
    private static final int KERNEL_SIDE = 3;

    @Override
    public int dimension() {
        return LINEAR_WIDTH;
    }

    /** Each weight with its bias. */
    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>();
        convolutions().forEach(convolution -> addLayer(all, convolution.name,
                List.of(convolution.outputs, convolution.inputs, KERNEL_SIDE, KERNEL_SIDE)));
        int inputs = WIDTHS.get(WIDTHS.size() - 1) * POOLED_SIDE * POOLED_SIDE;
        for (String layer : LINEAR) {
            addLayer(all, layer, List.of(LINEAR_WIDTH, inputs));
            inputs = LINEAR_WIDTH;
        }
        return all;
    }

    private static void addLayer(List<Parameter> all, String name, List<Integer> shape) {
        all.add(new Parameter(name + ".weight", shape));
        all.add(new Parameter(name + ".bias", shape.subList(0, 1)));
    }

    /** @param reduction how many times smaller than the image its input is, in width and height */
    private record Convolution(String name, int outputs, int inputs, int reduction) {
    }

    private List<Convolution> convolutions() {
        List<Convolution> all = new ArrayList<>();
        int place = 0;
        int inputs = 3;
        for (int stage = 0; stage < depths.size(); stage++) {
            for (int i = 0; i < depths.get(stage); i++) {
                all.add(new Convolution("features." + place, WIDTHS.get(stage), inputs, 1 << stage));
                inputs = WIDTHS.get(stage);
                place += 2;
            }
            place++;
        }
        return all;
    }

    @Override
    public boolean isUnused(String tensor) {
        return tensor.startsWith("classifier.6.");
    }

    @Override
    public String program() {
        return "VggProgram";
    }

    @Override
    public boolean hasMaps() {
        return false;
    }

    @Override
    public List<TorchValue> constants(ImageWeights weights, Placement placement, TorchProgram program, TorchScope scope) {
        List<TorchValue> packed = new ArrayList<>();
        List<Parameter> parameters = parameters();
        List<Convolution> convolutions = convolutions();
        for (int layer = 0; 2 * layer < parameters.size(); layer++) {
            // Of 0 pixels: a linear layer.
            int side = layer < convolutions.size() ? weights.preprocessing().crop() / convolutions.get(layer).reduction : 0;
            // A scope for each: the largest weight has 411 MB, and its float32 is not needed a layer later.
            try (TorchScope raw = program.openScope()) {
                TorchValue weight = raw.float32(weights.tensor(parameters.get(2 * layer)));
                TorchValue bias = raw.float32(weights.tensor(parameters.get(2 * layer + 1)));
                packed.addAll(scope.elements(raw.run("pack", weight, bias,
                        raw.integer(placement.precision().scalarType()), raw.integer(side))));
            }
        }
        return List.of(scope.list(packed), scope.integers(depths));
    }

    @Override
    public String toString() {
        return name;
    }
}
