package io.graft.tensor;

import java.util.Optional;

/**
 * What a pickle may name, and what becomes of it here; in Python it would be imported and called. Nothing else is taken.
 *
 * @param kind what becomes of it
 * @param name {@code module.name}, as in the file
 */
record PickleGlobal(Kind kind, String name) {

    private static final String TORCH_SCRIPT_CLASS = "__torch__.";

    /** What calling it gives. */
    enum Kind {
        /** An empty dictionary: what is put into it comes later, and what it is called with is left out. */
        DICTIONARY,
        /** A tensor of a storage, an offset, a shape and strides. */
        TENSOR,
        /** Its first argument. */
        FIRST_ARGUMENT,
        /** Nothing: a storage's type is not called. */
        STORAGE,
        /** An object of a class of a TorchScript archive: its attributes, without its code. */
        MODULE
    }

    static Optional<PickleGlobal> of(String module, String name) {
        String global = module + "." + name;
        return kind(global).map(kind -> new PickleGlobal(kind, global));
    }

    private static Optional<Kind> kind(String global) {
        if (StorageType.named(global).isPresent()) {
            return Optional.of(Kind.STORAGE);
        }
        if (global.startsWith(TORCH_SCRIPT_CLASS)) {
            return Optional.of(Kind.MODULE);
        }
        return switch (global) {
            // The second is a learning rate schedule's, in a checkpoint.
            case "collections.OrderedDict", "collections.Counter" -> Optional.of(Kind.DICTIONARY);
            case "torch._utils._rebuild_tensor_v2" -> Optional.of(Kind.TENSOR);
            case "torch._utils._rebuild_parameter", "torch.jit._pickle.restore_type_tag", "torch.jit._pickle.build_intlist",
                    "torch.jit._pickle.build_boollist", "torch.jit._pickle.build_doublelist",
                    "torch.jit._pickle.build_tensorlist" ->
                Optional.of(Kind.FIRST_ARGUMENT);
            default -> Optional.empty();
        };
    }

    StorageType storageType() {
        return StorageType.named(name).orElseThrow();
    }
}
