package io.graft.backbone;

import java.util.List;

/** A tensor that an architecture needs: its name, as torchvision has it, and its shape. */
record Parameter(String name, List<Integer> shape) {

    Parameter {
        shape = List.copyOf(shape);
    }
}
