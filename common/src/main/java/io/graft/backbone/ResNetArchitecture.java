package io.graft.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import io.graft.tail.Depth;

/**
 * One of torchvision's ResNets without its last layer, in its parameter names ({@code torchvision/models/resnet.py}).
 *
 * @param name as in the metadata of a weights file
 * @param bottleneck whether a block is three convolutions (1 × 1, 3 × 3, 1 × 1 to four times the width) and not two
 * @param depths blocks in each of the four stages
 */
record ResNetArchitecture(String name, boolean bottleneck, List<Integer> depths) implements Architecture {

    static final List<ResNetArchitecture> ALL = List.of(new ResNetArchitecture("resnet18", false, List.of(2, 2, 2, 2)),
            new ResNetArchitecture("resnet34", false, List.of(3, 4, 6, 3)),
            new ResNetArchitecture("resnet50", true, List.of(3, 4, 6, 3)),
            new ResNetArchitecture("resnet101", true, List.of(3, 4, 23, 3)));

    private static final int STEM_WIDTH = 64;
    /** Of the first convolution and the pooling behind it. */
    private static final int STEM_REDUCTION = 4;

    /** PyTorch's default, which torchvision keeps. */
    private static final double BATCH_NORM_EPSILON = 1e-5;
    /** Of the children that have parameters in {@code nn.Sequential(*list(resnet.children())[:-1])}, by their places. */
    private static final Map<String, String> CHILDREN = Map.of("0", "conv1", "1", "bn1", "4", "layer1", "5", "layer2", "6",
            "layer3", "7", "layer4");

    @Override
    public int dimension() {
        return (STEM_WIDTH << (depths.size() - 1)) * expansion();
    }

    private int expansion() {
        return bottleneck ? 4 : 1;
    }

    @Override
    public List<Parameter> parameters() {
        return convolutions().stream().flatMap(convolution -> convolution.parameters().stream()).toList();
    }

    @Override
    public boolean isUnused(String tensor) {
        return tensor.startsWith("fc.") || tensor.endsWith(".num_batches_tracked");
    }

    @Override
    public String canonical(String tensor) {
        String child = tensor.substring(0, Math.max(0, tensor.indexOf('.')));
        return CHILDREN.getOrDefault(child, child) + tensor.substring(child.length());
    }

    @Override
    public String program() {
        return "ResNetProgram";
    }

    @Override
    public boolean hasMaps() {
        return true;
    }

    @Override
    public List<TorchValue> constants(ImageWeights weights, Placement placement, TorchProgram program, TorchScope scope) {
        return List.of(folded(weights, placement, program, scope),
                scope.integers(depths), scope.flag(bottleneck));
    }

    private TorchValue folded(ImageWeights weights, Placement placement, TorchProgram program, TorchScope scope) {
        List<TorchValue> all = new ArrayList<>();
        int crop = weights.preprocessing().crop();
        try (TorchScope raw = program.openScope()) {
            for (Convolution convolution : convolutions()) {
                List<TorchValue> folded = fold(convolution, weights, raw);
                all.addAll(scope.elements(layOut(convolution, folded.get(0), folded.get(1), placement, crop, raw)));
            }
        }
        return scope.list(all);
    }

    /** Weight and bias of a convolution with its batch norm, float32. */
    static List<TorchValue> fold(Convolution convolution, ImageWeights weights, TorchScope raw) {
        List<TorchValue> parameters = convolution.parameters().stream().map(weights::tensor).map(raw::float32).toList();
        return raw.elements(raw.run("fold", raw.list(parameters), raw.number(BATCH_NORM_EPSILON)));
    }

    /** The same as the forward pass takes them: a list of two tensors. */
    static TorchValue layOut(Convolution convolution, TorchValue weight, TorchValue bias, Placement placement, int crop,
            TorchScope raw) {
        return raw.run("lay_out", weight, bias, raw.integer(placement.precision().scalarType()),
                raw.integer(convolution.stride()), raw.integer(convolution.inputSide(crop)),
                raw.flag(Cpu.describesCaches()));
    }

    @Override
    public Optional<TailPlan> tail(Depth depth) {
        return depth == Depth.HEAD ? Optional.empty() : Optional.of(new TailPlan(this, depth));
    }

    /** In the order of the forward pass; the shortcut's, where a block has one, is the last of its block. */
    List<Convolution> convolutions() {
        List<Convolution> all = new ArrayList<>();
        all.add(new Convolution("conv1", "bn1", STEM_WIDTH, 3, 7, 2, 1));
        int inputs = STEM_WIDTH;
        int reduction = STEM_REDUCTION;
        for (int stage = 0; stage < depths.size(); stage++) {
            int width = STEM_WIDTH << stage;
            for (int block = 0; block < depths.get(stage); block++) {
                String prefix = "layer" + (stage + 1) + "." + block + ".";
                int stride = block == 0 && stage > 0 ? 2 : 1;
                addBranch(all, prefix, inputs, width, stride, reduction);
                if (block == 0 && (stage > 0 || bottleneck)) {
                    all.add(new Convolution(prefix + "downsample.0", prefix + "downsample.1", width * expansion(), inputs, 1,
                            stride, reduction));
                }
                inputs = width * expansion();
                reduction *= stride;
            }
        }
        return all;
    }

    private void addBranch(List<Convolution> all, String prefix, int inputs, int width, int stride, int reduction) {
        if (bottleneck) {
            all.add(new Convolution(prefix + "conv1", prefix + "bn1", width, inputs, 1, 1, reduction));
            all.add(new Convolution(prefix + "conv2", prefix + "bn2", width, width, 3, stride, reduction));
            all.add(new Convolution(prefix + "conv3", prefix + "bn3", width * expansion(), width, 1, 1, reduction * stride));
        } else {
            all.add(new Convolution(prefix + "conv1", prefix + "bn1", width, inputs, 3, stride, reduction));
            all.add(new Convolution(prefix + "conv2", prefix + "bn2", width, width, 3, 1, reduction * stride));
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * A convolution and the batch norm behind it.
     *
     * @param name of the convolution, whose only parameter is {@code weight} [outputs, inputs, side, side]
     * @param norm of the batch norm
     * @param stride pixels from one position to the next
     * @param reduction how many times smaller than the image its input is, in width and height
     */
    record Convolution(String name, String norm, int outputs, int inputs, int side, int stride, int reduction) {

        /** Pixels of a side of its input, where the image has {@code imageSide}. */
        int inputSide(int imageSide) {
            return (imageSide + reduction - 1) / reduction;
        }

        /** The weight, then batch norm's weight, bias, mean and variance. */
        List<Parameter> parameters() {
            List<String> names = List.of(name + ".weight", norm + ".weight", norm + ".bias", norm + ".running_mean",
                    norm + ".running_var");
            return IntStream.range(0, names.size()).mapToObj(i -> new Parameter(names.get(i),
                    i == 0 ? List.of(outputs, inputs, side, side) : List.of(outputs))).toList();
        }
    }
}
