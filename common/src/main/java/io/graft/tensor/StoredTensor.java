package io.graft.tensor;

import java.util.List;

/**
 * Where a tensor of PyTorch lies, as its pickle says: whether that can be, and is read here, is looked at when it is needed.
 *
 * @param storage whose numbers it is a part of
 * @param offset of its first number in the storage, in numbers
 * @param shape sizes of its dimensions
 * @param strides for each dimension, how many numbers further its next one is
 */
record StoredTensor(Storage storage, long offset, List<Integer> shape, List<Integer> strides) {

    /**
     * Numbers that tensors share.
     *
     * @param key names it in the file
     * @param count of its numbers, as the pickle says
     */
    record Storage(StorageType type, String key, long count) {
    }

    /**
     * How many numbers it has, which lie one behind the other, row-major.
     *
     * @param owner whose file it is, for messages
     * @throws io.graft.problem.Problem INVALID {@code TENSORS_INVALID} when they do not, or not within the storage
     */
    int requireCount(String owner, String name) {
        String tensor = "has tensor '" + name + "' of shape " + shape;
        long count = 1;
        for (int i = shape.size() - 1; i >= 0; i--) {
            if (shape.get(i) > 1 && strides.get(i) != count) {
                throw Safetensors.invalid(owner, tensor + " and strides " + strides
                        + " (expected: numbers that lie one behind the other, as contiguous() makes them)");
            }
            count *= shape.get(i);
            if (count < 1 || count > Integer.MAX_VALUE) {
                throw Safetensors.invalid(owner, tensor + " (expected: 1 to " + Integer.MAX_VALUE + " numbers)");
            }
        }
        if (offset > storage.count() - count) {
            throw Safetensors.invalid(owner, tensor + " at " + offset + " (expected: within the " + storage.count()
                    + " numbers of its storage)");
        }
        return (int) count;
    }
}
