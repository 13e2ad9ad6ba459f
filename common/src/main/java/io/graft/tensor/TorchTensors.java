package io.graft.tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.graft.tensor.PickleCalls.Module;

/** The tensors in what a pickle gave, by their paths, as {@code state_dict()} names them. */
final class TorchTensors {

    /** A network in a network in a network: torchvision's go five deep. */
    private static final int DEPTH_MAX = 32;
    private static final int VALUE_COUNT_MAX = 200_000;
    private static final int PATH_LENGTH_MAX = 1_000;
    /** Where trainers keep the weights beside the optimizer's state; the first that is there. */
    private static final List<String> STATES = List.of("state_dict", "model_state_dict", "model");

    private final String owner;
    private final Map<String, StoredTensor> byName = new LinkedHashMap<>();
    private int valueCount;

    private TorchTensors(String owner) {
        this.owner = owner;
    }

    /** @param root a dictionary, a checkpoint with one, or a module */
    static Map<String, StoredTensor> of(String owner, Object root) {
        TorchTensors tensors = new TorchTensors(owner);
        tensors.add("", state(root), 0);
        if (tensors.byName.isEmpty()) {
            throw Safetensors.invalid(owner, "has a pickle without named tensors (expected: a state_dict or a module)");
        }
        return tensors.byName;
    }

    private static Object state(Object root) {
        if (root instanceof Map<?, ?> checkpoint) {
            for (String name : STATES) {
                if (checkpoint.get(name) instanceof Map<?, ?> state) {
                    return state;
                }
            }
        }
        return root;
    }

    private void add(String path, Object value, int depth) {
        if (++valueCount > VALUE_COUNT_MAX || depth > DEPTH_MAX) {
            throw Safetensors.invalid(owner, "has more than " + VALUE_COUNT_MAX + " values, or some more than " + DEPTH_MAX
                    + " deep (expected: no more)");
        }
        if (path.length() > PATH_LENGTH_MAX) {
            throw Safetensors.invalid(owner, "has a name of " + path.length() + " letters (expected: at most "
                    + PATH_LENGTH_MAX + ")");
        }
        if (value instanceof StoredTensor tensor) {
            byName.put(path, tensor);
        } else if (value instanceof Module module) {
            addAll(path, module.attributes(), depth);
        } else if (value instanceof Map<?, ?> dictionary) {
            addAll(path, dictionary, depth);
        }
    }

    private void addAll(String path, Map<?, ?> values, int depth) {
        values.forEach((name, value) -> add(path.isEmpty() ? name.toString() : path + "." + name, value, depth + 1));
    }
}
