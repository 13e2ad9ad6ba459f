package io.graft.tensor;

import java.util.List;

/**
 * Where a tensor of PyTorch lies.
 *
 * @param storage whose numbers it is a part of
 * @param offset of its first number in the storage, in numbers
 * @param shape sizes of its dimensions; its numbers lie one behind the other, row-major
 * @param count of its numbers
 */
record StoredTensor(Storage storage, long offset, List<Integer> shape, int count) {

    /**
     * Numbers that tensors share.
     *
     * @param key names it in the file
     * @param count of its numbers, as the pickle says
     */
    record Storage(StorageType type, String key, long count) {
    }
}
