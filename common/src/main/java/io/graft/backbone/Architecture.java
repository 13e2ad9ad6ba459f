package io.graft.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.graft.tail.Depth;

/**
 * A network that there is a program for: one of torchvision's without its last layer, in torchvision's parameter names.
 * <p>
 * Its program's {@code embed} takes images, the {@link #constants}, and scale and shift of the normalization.
 */
interface Architecture {

    /** As in the configuration and in the metadata of a weights file. */
    String name();

    /** Numbers in a feature. */
    int dimension();

    /** In the order of the forward pass. */
    List<Parameter> parameters();

    /** Whether a file may have this tensor beside the parameters: the last layer, and counters. */
    boolean isUnused(String tensor);

    /** A tensor's name as torchvision has it, where another way of saving the same network has another one. */
    default String canonical(String tensor) {
        return tensor;
    }

    /** The name of the {@link TorchProgram}. */
    String program();

    /** Whether the program has {@code embed_with_maps}: features are means over feature maps. */
    boolean hasMaps();

    /** What a tail of this depth replaces; empty where there are no tails. */
    default Optional<TailPlan> tail(Depth depth) {
        return Optional.empty();
    }

    /**
     * The weights, in the form and the precision of the forward pass, and whatever else the program must know.
     *
     * @param scope owns what it gives
     */
    List<TorchValue> constants(ImageWeights weights, Placement placement, TorchProgram program, TorchScope scope);

    static List<Architecture> all() {
        List<Architecture> all = new ArrayList<>(ResNetArchitecture.ALL);
        all.addAll(VggArchitecture.ALL);
        return all;
    }

    static List<String> names() {
        return all().stream().map(Architecture::name).toList();
    }

    static Optional<Architecture> named(String name) {
        return all().stream().filter(architecture -> architecture.name().equals(name)).findFirst();
    }
}
