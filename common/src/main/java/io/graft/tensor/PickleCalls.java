package io.graft.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.graft.problem.Problem;
import io.graft.tensor.StoredTensor.Storage;

/** What the few things that a pickle may call give. Nothing is called in truth. */
final class PickleCalls {

    private static final int DIMENSION_COUNT_MAX = 8;
    private static final int KEY_LENGTH_MAX = 100;

    private final String owner;
    private final Consumer<Storage> named;

    /** @param named is told each storage that the pickle names, as often as it does */
    PickleCalls(String owner, Consumer<Storage> named) {
        this.owner = owner;
        this.named = named;
    }

    /**
     * A storage from {@code ("storage", type, key, place, count)}, PyTorch's persistent id; old ones may be a part of another.
     */
    Storage storage(Object id) {
        if (id instanceof List<?> parts && parts.size() >= 5 && "storage".equals(parts.get(0))
                && parts.get(1) instanceof PickleGlobal type && type.kind() == PickleGlobal.Kind.STORAGE
                && parts.get(2) instanceof String key && key.length() <= KEY_LENGTH_MAX && parts.get(4) instanceof Long count
                && count >= 0 && (parts.size() == 5 || parts.get(5) == PickleStack.NONE)) {
            Storage storage = new Storage(type.storageType(), key, count);
            named.accept(storage);
            return storage;
        }
        throw invalid("has a storage that is none, or a part of another (expected: type, key, place and count)");
    }

    Object call(Object function, Object arguments) {
        if (!(function instanceof PickleGlobal global) || !(arguments instanceof List<?> list)) {
            throw invalid("has a pickle that calls what is no function");
        }
        return switch (global.kind()) {
            case DICTIONARY -> PickleStack.newDictionary();
            case TENSOR -> tensor(list);
            case FIRST_ARGUMENT -> first(global, list);
            case STORAGE, MODULE -> throw invalid("calls '" + global.name() + "' (expected: that it is only named)");
        };
    }

    private Object first(PickleGlobal global, List<?> arguments) {
        if (arguments.isEmpty()) {
            throw invalid("calls '" + global.name() + "' without an argument");
        }
        return arguments.get(0);
    }

    /** An object of a TorchScript class: its attributes come by {@link #build}. */
    Object instance(Object type, Object arguments) {
        if (type instanceof PickleGlobal global && arguments.equals(List.of())
                && global.kind() == PickleGlobal.Kind.MODULE) {
            return new Module();
        }
        throw invalid("has a pickle that makes an object of what is no module");
    }

    /** A module takes its attributes; what a dictionary says of itself beside its items is left out. */
    void build(Object target, Object state) {
        if (target instanceof Module module && state instanceof Map<?, ?> attributes) {
            module.attributes = attributes;
        } else if (!(target instanceof Map) || !(state instanceof Map)) {
            throw invalid("has a pickle that gives a state to what has none");
        }
    }

    /** An object of a TorchScript class. */
    static final class Module {

        private Map<?, ?> attributes = Map.of();

        /** By name. */
        Map<?, ?> attributes() {
            return attributes;
        }
    }

    private StoredTensor tensor(List<?> arguments) {
        if (arguments.size() < 4 || !(arguments.get(0) instanceof Storage storage)
                || !(arguments.get(1) instanceof Long offset) || offset < 0) {
            throw invalid("has a tensor that is none (expected: storage, offset, shape and strides)");
        }
        List<Integer> shape = integers(arguments.get(2));
        List<Integer> strides = integers(arguments.get(3));
        if (shape.size() != strides.size()) {
            throw invalid("has a tensor of shape " + shape + " and strides " + strides + " (expected: as many)");
        }
        return new StoredTensor(storage, offset, shape, strides);
    }

    private List<Integer> integers(Object value) {
        if (!(value instanceof List<?> list) || list.size() > DIMENSION_COUNT_MAX) {
            throw invalid("has a tensor whose shape is no list of at most " + DIMENSION_COUNT_MAX + " numbers");
        }
        List<Integer> integers = new ArrayList<>(list.size());
        for (Object element : list) {
            if (!(element instanceof Long number) || number < 0 || number > Integer.MAX_VALUE) {
                throw invalid("has a tensor whose shape is no list of whole numbers");
            }
            integers.add(number.intValue());
        }
        return integers;
    }

    private Problem invalid(String what) {
        return Safetensors.invalid(owner, what);
    }
}
