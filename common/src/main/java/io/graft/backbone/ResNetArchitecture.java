package io.graft.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One of torchvision's ResNets without its last layer, in its parameter names ({@code torchvision/models/resnet.py}).
 *
 * @param name as in the metadata of a weights file
 * @param bottleneck whether a block is three convolutions (1 × 1, 3 × 3, 1 × 1 to four times the width) and not two
 * @param depths blocks in each of the four stages
 */
record ResNetArchitecture(String name, boolean bottleneck, List<Integer> depths) {

    static final List<ResNetArchitecture> ALL = List.of(new ResNetArchitecture("resnet18", false, List.of(2, 2, 2, 2)),
            new ResNetArchitecture("resnet34", false, List.of(3, 4, 6, 3)),
            new ResNetArchitecture("resnet50", true, List.of(3, 4, 6, 3)),
            new ResNetArchitecture("resnet101", true, List.of(3, 4, 23, 3)));

    private static final int STEM_WIDTH = 64;
    /** Of the first convolution and the pooling behind it. */
    private static final int STEM_REDUCTION = 4;

    static Optional<ResNetArchitecture> named(String name) {
        return ALL.stream().filter(architecture -> architecture.name.equals(name)).findFirst();
    }

    /** Numbers in a feature. */
    int dimension() {
        return (STEM_WIDTH << (depths.size() - 1)) * expansion();
    }

    private int expansion() {
        return bottleneck ? 4 : 1;
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

        /** The parameters' names: the weight, then batch norm's weight, bias, mean and variance. */
        List<String> parameters() {
            return List.of(name + ".weight", norm + ".weight", norm + ".bias", norm + ".running_mean", norm + ".running_var");
        }

        /** The shape of each of the {@link #parameters()}. */
        List<Integer> shape(int parameter) {
            return parameter == 0 ? List.of(outputs, inputs, side, side) : List.of(outputs);
        }
    }
}
